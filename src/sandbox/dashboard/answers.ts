import type { Markup } from '../markup.ts'
import type { EmrSession } from '../smart/authorize.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import { ROLE_NAMES, type StaffUser } from '../staff.ts'
import type { Frame } from './layout.ts'
import { loginPage, messagePage } from './pages.ts'

export type AnswerDeps = Pick<Frame, 'emrName' | 'prefix' | 'links'> & {
  staff: StaffUser[]
  clients: RegisteredClient[]
  /** Origin whose card these pages show. */
  portico?: string
}

export type Answers = ReturnType<typeof createAnswers>

/** The pages that any part of the dashboard may answer with, and the frame and headers that all of them have. */
export function createAnswers({ emrName, prefix, links, staff, clients, portico }: AnswerDeps) {
  const headers = pageHeaders(clients, prefix, portico)
  const send = async (page: Markup, status = 200) =>
    new Response((await page).toString(), { status, headers })
  const frameOf = (session?: EmrSession): Frame => ({
    emrName,
    prefix,
    links,
    ...(session ? { user: { name: session.user.name, roleName: ROLE_NAMES[session.user.role] } } : {}),
  })
  return {
    send,
    frameOf,
    login: (next: string, notice = '') => send(loginPage(frameOf(), staff, next, notice)),
    message: (title: string, text: string, status: number) =>
      send(messagePage(frameOf(), title, text), status),
  }
}

export const redirect = (location: string, cookies: string[] = []) =>
  new Response(null, {
    status: 303,
    headers: [['location', location], ...cookies.map((one): [string, string] => ['set-cookie', one])],
  })

/** Forms may lead on to the apps: Chromium checks form-action along the redirects too. */
function pageHeaders(clients: RegisteredClient[], prefix: string, portico: string | undefined) {
  const urls = clients.flatMap(({ redirectUris, launchUrl }) => [...redirectUris, launchUrl])
  const apps = ["'self'", ...new Set(urls.map((url) => new URL(url).origin))].join(' ')
  const scripts = ["'self'", portico].filter(Boolean).join(' ')
  const policy = [
    "default-src 'none'",
    `script-src ${scripts}`,
    `connect-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action ${apps}`,
    `frame-src ${apps}`,
    "frame-ancestors 'self'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
    // Not report-to: browsers send those reports to https addresses only.
    `report-uri ${prefix}/sandbox/csp-reports`,
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // Not no-referrer: browsers would then say "Origin: null" with our own forms.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'content-security-policy': policy.join('; '),
  }
}
