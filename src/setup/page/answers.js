// Talks with the program that drew this page. Only this tab knows the one-time token: it came behind the # of its address.

const KEPT = 'portico-setup'

if (location.hash.length > 1) {
  sessionStorage.setItem(KEPT, location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
}

/** A refusal with what is at fault, field by field. */
export class Refusal extends Error {
  constructor({ detail, issues = [], ...rest }) {
    super(detail ?? 'That did not work.')
    this.reason = rest.reason
    this.code = rest.code
    this.fields = Object.fromEntries(
      issues.map(({ pointer, detail: words }) => [pointer.split('/')[1] ?? '', words]),
    )
  }
}

/** Asks the program for something, or gives it an answer; what comes back is everything there is to show. */
export async function send(path, method = 'GET', body) {
  const answer = await fetch(`/setup/api/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${sessionStorage.getItem(KEPT) ?? ''}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refusal({
      code: 'gone',
      detail:
        'Set-up is not running any more. Start npm run setup again and open its new link; it goes on where it was.',
    })
  })
  const json = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Refusal(json)
  return json
}
