import * as z from 'zod'

/** `?before=` of a list: where the page before it ended, as that page said. */
export const Before = z
  .string()
  .regex(/^\d{1,15}\.[\w-]{1,64}$/)
  .transform((text) => {
    const [at = '', id = ''] = text.split('.')
    return { at: Number(at), id }
  })
