import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from './env.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
]

const PERMISSIONS =
  'accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), geolocation=(), gyroscope=(), ' +
  'microphone=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), usb=()'

/** Content-Security-Policy of a page; `frameAncestors` are the origins that may show it in a frame. */
export const contentSecurityPolicy = (frameAncestors: readonly string[]) =>
  [...POLICY, `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"}`].join('; ')

/** Headers of every answer. Pages that an EMR may frame set their own Content-Security-Policy before. */
export const securityHeaders = (options: { https: boolean }) =>
  createMiddleware<EdgeEnv>(async function headers(c, next) {
    await next()
    const defaults: Record<string, string> = {
      'content-security-policy': contentSecurityPolicy([]),
      'permissions-policy': PERMISSIONS,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      ...(options.https ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
    }
    for (const [name, value] of Object.entries(defaults)) if (!c.res.headers.has(name)) c.header(name, value)
  })
