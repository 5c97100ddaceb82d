/** The context that a ticket's sealed payload is bound to. */
export const ticketContext = (practiceId: string, ticketId: string) => `ticket ${practiceId} ${ticketId}`
