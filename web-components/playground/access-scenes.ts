import type { AccessCard } from '../../src/access/schema.ts'
import type { EmbedContext } from '../../src/embedding/schema.ts'
import type { Answer } from '../../test/web-components/support/answers.ts'
import { CARDS, cardOf, fernwood, lines, LOOK_ONLY } from '../../test/web-components/support/fixtures.ts'
import { deskFor } from './desk.ts'
import { find, press, type } from './hands.ts'
import type { Look } from './look.ts'
import type { Answers, Scene } from './scene.ts'

const MAY: EmbedContext['permissions'] = ['access.read', 'access.manage', 'credentials.manage']

/** A page of the EMR: any address will do. */
const PATH = '/emr/patients/12'

const contextOf = ({ can }: Look): EmbedContext => ({
  practice: fernwood,
  patient: '12',
  permissions: can === 'look-only' ? ['access.read'] : MAY,
  liveKey: 'walter',
})

/** Everything that the embedded card asks, answered for one card. */
const embedded = (card: AccessCard, look: Look): Answers => ({
  'GET context': () => ({ body: contextOf(look) }),
  'GET events': () => 'never',
  ...deskFor(card, look),
})

const scene = (
  name: string,
  card: AccessCard | undefined,
  act: Scene['act'] = () => find('.headline'),
  more: Answers = {},
): Scene => ({
  tag: 'portico-access',
  name,
  path: PATH,
  answers: (look) => ({ ...embedded(card ?? cardOf('ready'), look), ...more }),
  act,
})

/** The card that never comes, and why. */
const refused = (name: string, answer: Answer, route = 'GET context'): Scene =>
  scene(name, CARDS['ready'], () => find('[data-notice]'), { [route]: () => answer })

const STOPPED: Record<string, Parameters<typeof lines>[0]> = {
  'merged chart': { 'not-merged': 'merged' },
  'inactive chart': { active: 'inactive' },
  'under 13': { age: 'under-13' },
  'under age': { age: 'under-age' },
}

const issues = [{ pointer: '/contacts/homePhone', theirs: '(555) 010-0199' }]

/** The public card: everything that staff can meet in the EMR's own pages. */
export const accessScenes: Scene[] = [
  ...Object.entries(CARDS).map(([name, card]) => scene(name, card)),
  ...Object.entries(STOPPED).map(([name, missing]) =>
    scene(name, cardOf('stopped', { lines: lines(missing), may: LOOK_ONLY })),
  ),
  scene('create credentials', CARDS['ready, with e-mail'], async () => {
    await press('.foot .primary')
    return find('dialog[open]')
  }),
  scene('not now, asked', CARDS['ready'], async () => {
    await press('.foot .end')
    return find('dialog[open]')
  }),
  scene('cancel the invite', CARDS['invited'], async () => {
    await press('.foot .end')
    return find('dialog[open]')
  }),
  scene(
    'changed by two at once',
    CARDS['everything missing'],
    async () => {
      await find('.headline')
      await type('#homePhone', '(555) 010-0142')
      await press('#save')
      return find('[data-notice]')
    },
    { 'PUT patients/12/access': () => ({ status: 409, code: 'conflict', extra: { issues } }) },
  ),
  scene('a change for the to-do list', CARDS['chart to be changed by hand'], async () => {
    await press('details summary')
    await press('details .line .button')
    await type('#mobilePhone', '(555) 010-0177')
    return find('#save')
  }),
  scene('to do, asked', CARDS['to do in the EMR'], async () => {
    await press('.settle .button')
    return find('dialog[open]')
  }),
  scene('loading', CARDS['ready'], () => find('portico-access'), { 'GET patients/12/access': () => 'never' }),
  refused('the EMR does not answer', { status: 502, code: 'ehr-unavailable' }, 'GET patients/12/access'),
  refused('the EMR refuses', { status: 403, code: 'ehr-refused' }, 'GET patients/12/access'),
  refused('offline', 'offline'),
  refused('session over', { status: 401, code: 'token-ended' }),
  refused('not permitted', { status: 403, code: 'not-permitted', extra: { permission: 'access.read' } }),
  refused('stopped by an administrator', {
    status: 403,
    code: 'not-permitted',
    extra: { reason: 'stopped' },
  }),
  refused('another patient', { status: 403, code: 'not-permitted', extra: { reason: 'other-patient' } }),
]
