import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { PorticoAccess } from '../../../web-components/embed/embed.ts'
import { CARDS, cardOf, LOOK_ONLY } from '../support/fixtures.ts'
import {
  add,
  button,
  CONTEXT,
  contextOf,
  dialog,
  inner,
  openHost,
  READ,
  ready,
  said,
  SAVE,
  TOKEN,
  tokenFor,
} from './host.ts'

const host = openHost()
const later = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('two lines of HTML', () => {
  test('a patient and an address of the host’s backend show the card', async () => {
    await host.open(CARDS['ready'])
    await said('Everything is in place for Walter.')
    const [asked] = host.asked(TOKEN)
    expect(asked?.body).toEqual({ patient: '12' })
    expect(asked?.request.credentials).toBe('same-origin')
  })

  test('the token goes to the service alone, without cookies, and every question is asked with it', async () => {
    await host.open(CARDS['ready'])
    const asked = host.calls.filter(({ route }) => route !== TOKEN)
    expect(asked.map(({ route }) => route).sort()).toEqual([READ, CONTEXT].sort())
    for (const { url, token, request } of asked) {
      expect(url.href).toContain(`${location.origin}/fernwood/embed/api/`)
      expect(token).toMatch(/^Bearer head\.token\d+\.sig$/)
      expect(request.credentials).toBe('omit')
    }
    expect(new Set(asked.map(({ token }) => token)).size).toBe(1)
  })

  test('tokenProvider wins over token-url, also when it was set before the element was known', async () => {
    host.on(READ, () => ({ body: CARDS['ready'] }))
    const provider = vi.fn(async (patient: string) => tokenFor(patient))
    const element = document.createElement('portico-access')
    // As a page does that runs before our script: the element is upgraded with a property of its own in the way.
    Object.defineProperty(element, 'tokenProvider', { value: provider, configurable: true, writable: true })
    element.setAttribute('patient', '12')
    document.body.append(element)
    await ready(element)
    expect(provider).toHaveBeenCalledExactlyOnceWith('12')
    expect(Object.hasOwn(element, 'tokenProvider')).toBe(false)
    expect(element.tokenProvider).toBe(provider)
    expect(host.asked(TOKEN)).toEqual([])
  })

  test('a provider that is set late is enough', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    host.on(READ, () => ({ body: CARDS['ready'] }))
    const element = document.createElement('portico-access')
    element.setAttribute('patient', '12')
    document.body.append(element)
    await said('The patient portal is not set up on this page yet.')
    element.tokenProvider = async (patient) => tokenFor(patient)
    await ready(element)
  })

  test('ten cards are ten cards, each with a token of its own', async () => {
    const ids = Array.from({ length: 10 }, (_, place) => String(20 + place))
    for (const id of ids)
      host.on(`GET patients/${id}/access`, () => ({
        body: cardOf('ready', { patient: { ...cardOf('ready').patient, id, firstName: `P${id}` } }),
      }))
    const cards = ids.map((patient) => add({ patient }))
    await Promise.all(cards.map(ready))
    for (const [place, card] of cards.entries())
      expect(inner(card)?.querySelector('.headline')?.textContent).toBe(
        `Everything is in place for P${ids[place]}.`,
      )
    expect(host.asked(TOKEN)).toHaveLength(10)
  })

  test('a second copy of the script leaves the first alone', async () => {
    const again = new URL('../../../web-components/embed/embed.ts?second', import.meta.url).href
    await import(/* @vite-ignore */ again)
    expect(customElements.get('portico-access')).toBe(PorticoAccess)
  })
})

describe('in the host’s page', () => {
  test('works inside a shadow root, and its events get out', async () => {
    host.on(READ, () => ({ body: CARDS['ready'] }))
    const shell = document.createElement('div')
    document.body.append(shell)
    const heard = ready(document)
    add({}, shell.attachShadow({ mode: 'open' }))
    await heard
    await said('Everything is in place for Walter.')
  })

  test('moved within one task it keeps what was typed, the open question too', async () => {
    const element = await host.open(CARDS['ready'])
    await button('Create credentials').click()
    await page.getByRole('radio', { name: /password/ }).click()
    await page.getByRole('textbox', { name: 'Username' }).fill('walter.new')
    const other = document.createElement('main')
    document.body.append(other)
    other.append(element)
    await expect.element(dialog()).toBeVisible()
    await expect.element(page.getByRole('textbox', { name: 'Username' })).toHaveValue('walter.new')
    const asked = inner(element)?.querySelector('.question')?.shadowRoot?.querySelector('dialog')
    expect(asked?.matches(':modal')).toBe(true)
    expect(host.asked(TOKEN)).toHaveLength(1)
  })

  test('removed it forgets, stops and gives up its token; added again it begins anew', async () => {
    const element = await host.open(CARDS['almost ready'])
    element.remove()
    await later()
    expect(element.shadowRoot?.childElementCount).toBe(0)
    const before = host.calls.length
    window.dispatchEvent(new Event('online'))
    document.documentElement.lang = 'es'
    await later()
    expect(host.calls).toHaveLength(before)
    document.documentElement.lang = 'en'
    document.body.append(element)
    await ready(element)
    expect(host.asked(TOKEN)).toHaveLength(2)
    await said('Almost ready for Walter.')
  })

  test('another patient is another card, and what was asked for the first is dropped', async () => {
    const element = await host.open(CARDS['ready'])
    let answerFirst = () => {}
    const slow = new Promise<void>((resolve) => (answerFirst = resolve))
    const fetchNow = window.fetch
    window.fetch = async (input, init) => {
      const answer = await fetchNow(input, init)
      if (new Request(input, init).url.includes('patients/12/')) await slow
      return answer
    }
    host.on('GET patients/13/access', () => ({
      body: cardOf('active', { patient: { ...cardOf('active').patient, id: '13', firstName: 'Rosa' } }),
    }))
    host.on(READ, () => ({ body: CARDS['deceased'] }))
    void element.refresh()
    element.setAttribute('patient', '13')
    await said('Rosa is using the portal.')
    answerFirst()
    await later()
    await said('Rosa is using the portal.')
    expect(host.asked(TOKEN).map(({ body }) => body)).toEqual([{ patient: '12' }, { patient: '13' }])
  })

  test('speaks the language around it, and switches with it without losing what was typed', async () => {
    const element = await host.open(CARDS['almost ready'])
    await page.getByText(/Good to have/).click()
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    document.documentElement.lang = 'es-MX'
    await said('Portal del paciente')
    await expect.element(page.getByRole('switch', { name: /Permitir/ })).toBeChecked()
    expect(element.shadowRoot?.querySelector('[lang]')?.getAttribute('lang')).toBe('es')
    element.setAttribute('lang', 'en')
    await said('Patient portal')
    host.on(CONTEXT, () => ({
      body: contextOf({ practice: { ...contextOf().practice, languages: ['en'] } }),
    }))
    element.setAttribute('lang', 'es')
    element.remove()
    await later()
    document.body.append(element)
    await ready(element)
    await said('Patient portal')
  })

  test('its heading takes the level that the page gives it', async () => {
    const element = await host.open(CARDS['ready'], { 'heading-level': '4' })
    await expect.element(page.getByRole('heading', { level: 4, name: 'Patient portal' })).toBeVisible()
    element.setAttribute('heading-level', '7')
    await expect.element(page.getByRole('heading', { level: 2, name: 'Patient portal' })).toBeVisible()
  })

  test('an intent opens the question once the patient is ready', async () => {
    await host.open(CARDS['ready'], { intent: 'create-credentials' })
    await expect.element(dialog()).toBeVisible()
  })

  test('what cannot be done here is a way to Portico, and no script', async () => {
    const card = cardOf('not-ready', { lines: CARDS['almost ready']!.lines, may: LOOK_ONLY })
    const element = await host.open(card, { 'launch-url': '/launch-portico?patient=12' })
    const link = page.getByRole('link', { name: 'Open in Portico' }).first()
    await expect.element(link).toHaveAttribute('href', `${location.origin}/launch-portico?patient=12`)
    await expect.element(link).toHaveAttribute('target', '_blank')
    await expect.element(link).toHaveAttribute('rel', 'noopener')
    element.setAttribute('launch-url', 'javascript:alert(1)')
    await expect.element(page.getByRole('link')).not.toBeInTheDocument()
  })

  test('says when the patient stands elsewhere and when something was saved, with nothing secret in it', async () => {
    const events: [string, unknown][] = []
    for (const name of ['portico-ready', 'portico-access-changed', 'portico-access-saved'])
      document.addEventListener(name, (event) => events.push([name, (event as CustomEvent).detail]), {
        once: true,
      })
    await host.open(CARDS['almost ready'])
    host.on(SAVE, () => ({ body: CARDS['ready'] }))
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    await button('Save').click()
    await said('Everything is in place for Walter.')
    expect(Object.fromEntries(events)).toEqual({
      'portico-ready': { state: 'not-ready' },
      'portico-access-changed': { state: 'ready' },
      'portico-access-saved': null,
    })
  })

  test('the parts that a host may style are there', async () => {
    const element = await host.open(CARDS['almost ready'])
    const sheet = new CSSStyleSheet()
    const parts = ['card', 'head', 'title', 'status', 'headline', 'foot']
    sheet.replaceSync(parts.map((part) => `portico-access::part(${part}) { --seen: ${part} }`).join(''))
    document.adoptedStyleSheets = [sheet]
    const seen = parts.map((part) => {
      const found = inner(element)?.querySelector(`[part=${part}]`)
      return found && getComputedStyle(found).getPropertyValue('--seen')
    })
    document.adoptedStyleSheets = []
    expect(seen).toEqual(parts)
  })
})
