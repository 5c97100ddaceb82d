import type { Contract, Entry } from './contract.ts'

/** Shapes that a host's code meets, in words of their own: the file it downloads imports nothing. */
const SHAPES = `/** What the host's backend gets from Portico for one patient, and hands to the element as it is. */
export interface EmbedToken {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  /** Permissions, space separated. */
  scope: string
  /** FHIR id. */
  patient: string
  /** The practice's name in addresses. */
  practice: string
}

/** Where a patient stands with the portal. */
export type AccessState = 'stopped' | 'not-ready' | 'ready' | 'invited' | 'active' | 'suspended'
`

/** `portico.d.ts`: the element for any TypeScript. */
export function typesFor(contract: Contract): string {
  const { tag, name } = contract
  return `${HEAD}${SHAPES}
${doc(contract.description)}export interface ${name} extends HTMLElement {
${contract.properties.map((property) => `${doc(property.description, 2)}  ${property.name}: ${property.type}`).join('\n')}
${contract.methods.map((method) => `${doc(method.description, 2)}  ${method.name}(): ${method.type}`).join('\n')}
}

/** Every event bubbles out of the card's own tree; none holds a secret. */
export interface ${name}EventMap {
${contract.events.map((event) => `${doc(event.description, 2)}  '${event.name}': ${eventType(event)}`).join('\n')}
}

declare global {
  interface HTMLElementTagNameMap {
    '${tag}': ${name}
  }
  interface GlobalEventHandlersEventMap extends ${name}EventMap {}
}
`
}

/** `portico-react.d.ts`: the same as a React 19 element, beside the other file. */
export function reactTypesFor(contract: Contract): string {
  const { tag, name } = contract
  const attributes = contract.attributes.filter((attribute) => attribute.name !== 'lang')
  return `${HEAD}import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { AccessState, EmbedToken, ${name} } from './portico.d.ts'

/** React 19 sets what the element has as a property, and listens to what begins with "on" under the event's own name. */
export interface ${name}Props extends DetailedHTMLProps<HTMLAttributes<${name}>, ${name}> {
${attributes.map(reactAttribute).join('\n')}
${contract.properties.map((property) => `${doc(property.description, 2)}  ${property.name}?: ${property.type} | undefined`).join('\n')}
${contract.events.map((event) => `${doc(event.description, 2)}  'on${event.name}'?: ((event: ${eventType(event)}) => void) | undefined`).join('\n')}
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      '${tag}': ${name}Props
    }
  }
}
`
}

const HEAD = '// Made from the JSDoc of the element.\n\n'

function reactAttribute({ name, type, description }: Entry): string {
  // A level may be written as a number too.
  const wide = type.replace(/'(\d)'/g, "'$1' | $1")
  return `${doc(description, 2)}  '${name}'${name === 'patient' ? `: ${wide}` : `?: ${wide} | undefined`}`
}

const eventType = ({ type }: Entry) => (type === '' ? 'CustomEvent<null>' : type)

const doc = (text: string, indent = 0) =>
  `${' '.repeat(indent)}/** ${text.replace(/\s+/g, ' ').replaceAll('*/', '*\\/')} */\n`
