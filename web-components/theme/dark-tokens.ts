/**
 * Our dark colours, where the sheet of tokens comes without them: the build for hosts takes them out of it and puts them
 * here, as a card in a host's page is light unless the host asks. Empty where the sheet has them.
 */
export const darkTokens: string = ''
