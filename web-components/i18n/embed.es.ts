import type { embed as english } from './embed.en.ts'
import type { SameIds } from './words.ts'

/** Lo que dice la tarjeta en las páginas del propio sistema de la clínica. */
export const embed: SameIds<typeof english> = {
  'embed.notSetUp': 'El portal del paciente aún no está preparado en esta página.',
  'embed.notSetUpText': 'Avise a quien cuida el sistema de la clínica. El expediente está bien.',
  'embed.mayNotSee': 'Aquí no puede ver el acceso al portal.',
  'embed.mayNotSeeText': 'Pida ayuda a alguien con permiso para gestionar accesos.',
}
