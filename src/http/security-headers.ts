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

/**
 * Headers of every answer; a route may set its own instead. They are set before the answer is made: afterwards each
 * one would make the answer anew.
 */
export function securityHeaders(options: { https: boolean }) {
  const defaults = Object.entries({
    'content-security-policy': contentSecurityPolicy([]),
    'permissions-policy': PERMISSIONS,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(options.https ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  })
  return createMiddleware<EdgeEnv>(async function headers(c, next) {
    for (const [name, value] of defaults) c.header(name, value)
    await next()
  })
}
