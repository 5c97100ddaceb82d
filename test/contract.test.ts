import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { componentFiles } from '../src/http/components.ts'
import type { Pages } from '../src/http/pages.ts'
import { readContract } from '../web-components/contract/contract.ts'
import { withTables } from '../web-components/contract/table.ts'
import { writeContract } from '../web-components/contract/write.ts'
import { listFiles, readText, repository } from './support/sources.ts'

const { manifest, contract } = await readContract()
const namesOf = (entries: readonly { name: string }[]) => entries.map(({ name }) => name).toSorted()

/** The public element and everything of ours that draws inside it. */
const drawn = listFiles()
  .filter((path) => /^web-components\/(embed|access|ui)\/.*\.ts$/.test(path))
  .map(readText)
  .join('\n')
const found = (pattern: RegExp, text = drawn) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted()

describe('what the element does is in its contract, and nothing else is', () => {
  test('attributes', () => {
    const [, observed = ''] =
      /observedAttributes = \[([^\]]*)\]/.exec(readText('web-components/embed/embed.ts')) ?? []
    expect(namesOf(contract.attributes)).toEqual(found(/'([a-z-]+)'/g, observed))
  })

  test('properties and methods', () => {
    expect(namesOf(contract.properties)).toEqual(['tokenProvider'])
    expect(namesOf(contract.methods)).toEqual(['refresh'])
  })

  test('events that leave the card', () => {
    const tags = found(/'(portico-[a-z-]+)': Portico/g)
    const lines = drawn.split('\n')
    const staysInside = (name: string) =>
      lines
        .filter((line) => line.includes(`'${name}'`))
        .every((line) => line.includes('new CustomEvent(') && !line.includes('composed: true'))
    const sent = found(/'(portico-[a-z-]+)'/g).filter((name) => !tags.includes(name) && !staysInside(name))
    expect(namesOf(contract.events)).toEqual(sent)
  })

  test('parts, each handed on to the host', () => {
    const parts = found(/(?<!export)\bpart="([a-z-]+)"/g)
    const [, handedOn = ''] = /exportparts="([^"]*)"/.exec(drawn) ?? []
    expect(namesOf(contract.parts)).toEqual(parts)
    expect(handedOn.split(', ').toSorted()).toEqual(parts)
  })

  test('CSS properties: every knob that the token sheet reads, each with what it stands at', () => {
    const sheet = readText('web-components/ui/tokens.css')
    expect(namesOf(contract.cssProperties)).toEqual(found(/var\((--portico-[a-z-]+)/g, sheet))
    const values = new Map(contract.cssProperties.map(({ name, values }) => [name, values]))
    expect(values.get('--portico-ink')).toEqual({ light: '#1b2425', dark: '#eef2f1' })
    expect(values.get('--portico-radius')).toEqual({ light: '10px', dark: '' })
    expect(values.get('--portico-shadow-card')).toEqual({
      light: '0 1px 2px rgb(40 34 20 / .05)',
      dark: 'none',
    })
  })

  test('the manifest names the file that hosts load, and no private thing', () => {
    const [module] = manifest.modules
    expect(manifest.modules).toHaveLength(1)
    expect(module?.path).toBe('embed.js')
    expect(module?.declarations.map(({ tagName }) => tagName)).toEqual(['portico-access'])
    expect(JSON.stringify(manifest)).not.toMatch(/"name":"#|"private"|web-components/)
  })

  test('every entry says in a sentence what it is', () => {
    const { attributes, properties, methods, events, parts, cssProperties } = contract
    const all = [...attributes, ...properties, ...methods, ...events, ...parts, ...cssProperties]
    expect(all.filter(({ description }) => !/^[A-Z`].*\.$/.test(description))).toEqual([])
  })
})

test('the tables of the README say what the contract says; `npm run contract` renews them', () => {
  const readme = readText('web-components/README.md')
  expect(withTables(readme, contract)).toBe(readme)
})

describe('types for hosts', () => {
  let folder: string
  let said: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-contract-'))
    await mkdir(join(folder, 'types'))
    await writeContract(join(folder, 'types'))
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
    await Promise.all(Object.entries(HOSTS).map(([name, text]) => writeFile(join(folder, name), text)))
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(STRICT))
    said = await typeCheck(folder)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('they are served as text that any host may fetch', async () => {
    const version = '1.0.0'
    const dist = await mkdtemp(join(tmpdir(), 'portico-dist-'))
    await mkdir(join(dist, version))
    await writeContract(join(dist, version))
    const app = componentFiles({ dist, version, integrity: '' } as Pages)
    const answer = await app.request(`/components/${version}/portico.d.ts`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(await answer.text()).toContain('EmbedToken')
    await rm(dist, { recursive: true })
  })

  test('a host that uses them rightly passes, in TypeScript and in React', () => {
    expect(said.split('\n').filter((line) => line.includes('error') && !line.startsWith('wrong-'))).toEqual(
      [],
    )
  })

  test.each(Object.keys(HOSTS).filter((name) => name.startsWith('wrong-')))('%s is refused', (name) => {
    expect(said.split('\n').filter((line) => line.startsWith(`${name}(`))).toHaveLength(1)
  })

  test('they are the shapes that the service answers with', () => {
    expect(Object.keys(HOSTS)).toContain('same.ts')
    expect(said).not.toContain('same.ts')
  })
})

/** As strict as a host can be; libraries are looked into as well. */
const STRICT = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'preserve',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  },
}

const REACT = `import type {} from './types/portico-react.d.ts'\n`
const PLAIN = `import type { EmbedToken } from './types/portico.d.ts'\n`
const HOSTS: Record<string, string> = {
  'plain.ts': `${PLAIN}
const card = document.createElement('portico-access')
card.setAttribute('patient', '12')
card.tokenProvider = async (patient): Promise<EmbedToken> => (await fetch('/token?patient=' + patient)).json()
card.addEventListener('portico-access-changed', ({ detail }) => console.log(detail.state === 'active'))
document.addEventListener('portico-session-expired', () => void card.refresh())
card.tokenProvider = null
`,
  'react.tsx': `${REACT}import type { EmbedToken } from './types/portico.d.ts'
export const Card = ({ patient, token }: { patient: string; token: () => Promise<EmbedToken> }) => (
  <portico-access
    patient={patient}
    className="wide"
    theme="auto"
    heading-level={3}
    tokenProvider={token}
    ref={(card) => void card?.refresh()}
    onportico-access-changed={({ detail }) => console.log(detail.state === 'invited')}
    onportico-ready={() => {}}
  />
)
`,
  'same.ts': `import type { AccessState, EmbedToken } from './types/portico.d.ts'
import type { AccessCard } from '${repository}/src/access/schema.ts'
import type { EmbedToken as Answered } from '${repository}/src/embedding/schema.ts'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const same: [Same<keyof EmbedToken, keyof Answered>, Same<AccessState, AccessCard['state']>] = [true, true]
export const both = (ours: Answered, theirs: EmbedToken): [EmbedToken, Answered] => [ours, theirs]
`,
  'wrong-provider.ts': `${PLAIN}export type T = EmbedToken
document.createElement('portico-access').tokenProvider = async () => 'a token'
`,
  'wrong-state.ts': `${PLAIN}export type T = EmbedToken
document.addEventListener('portico-access-changed', ({ detail }) => detail.state === 'gone')
`,
  'wrong-theme.tsx': `${REACT}export const card = <portico-access patient="12" theme="pink" />\n`,
  'wrong-patient.tsx': `${REACT}export const card = <portico-access token-url="/token" />\n`,
  'wrong-event.tsx': `${REACT}export const card = <portico-access patient="12" onportico-access-changed={(name: string) => name} />\n`,
}

const typeCheck = (folder: string) =>
  new Promise<string>((resolve) => {
    const tsc = join(repository, 'node_modules', '.bin', 'tsc')
    execFile(process.execPath, [tsc, '--pretty', 'false', '-p', folder], { cwd: folder }, (_, out) =>
      resolve(out),
    )
  })
