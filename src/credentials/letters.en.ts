import type { Call, LetterWords, Step } from './letter-words.ts'

const scan: Step = {
  lead: 'Scan the square',
  rest: " with your phone's camera. Or type the address below into a browser.",
}
const open: Step = { lead: 'Open the address below', rest: ' on your phone or computer.' }
const choose: Step = {
  lead: 'Choose how you will sign in.',
  rest: ' Pick a username and a password that only you know.',
}

/** Letters and mails in English. Plain words, short sentences, the reader's name and "you". */
export const lettersEn: LetterWords = {
  locale: 'en-US',
  title: (name) => (name ? `${name}, your patient portal is ready.` : 'Your patient portal is ready.'),
  text: 'See what we have on file about you, from home.',
  activation: {
    scan,
    open,
    steps: [{ lead: 'Enter your portal ID and code', rest: ', your initials, and your birth date.' }, choose],
    qr: "QR code that opens the portal's activation page",
    private: 'We never ask for your code by phone or e-mail.',
  },
  classic: {
    scan,
    open,
    steps: [{ lead: 'Enter your portal ID', rest: ', your initials, and your birth date.' }, choose],
    qr: "QR code that opens the portal's activation page",
    private: 'We never ask for your portal ID by phone or e-mail.',
  },
  temporary: {
    scan,
    open,
    steps: [
      { lead: 'Sign in with your username and these five words', rest: ', with a space between the words.' },
      { lead: 'Choose a password of your own.', rest: ' The five words stop working then.' },
    ],
    qr: "QR code that opens the portal's sign-in page",
    private: 'We never ask for these words by phone or e-mail.',
  },
  labels: {
    address: 'Portal address',
    portalId: 'Portal ID',
    code: 'Activation code',
    username: 'Username',
    words: 'Temporary password, five words',
  },
  scanCaption: 'Scan to begin',
  until: (day) => `Please use it by ${day}.`,
  helpTitle: 'Need a hand?',
  help: (call) => `${callUs(call)}Bring this letter and we'll do it together.`,
  privateTitle: 'Keep it private',
  account: (id) => `Account ID: ${id}`,
  copySubject: (practice) => `Your patient portal at ${practice}`,
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  invitation: ({ practiceName, link, day }) => ({
    subject: `Your patient portal at ${practiceName} is ready`,
    parts: [
      `${practiceName} has set up a patient portal for you: a private page where you see what we have on file about you, from home.`,
      'To open it, follow the link below. We ask for your initials and your birth date, then you choose a username and a password that only you know.',
      { label: 'Open my portal', link },
      `The link is yours alone and works once, until ${day}.`,
    ],
  }),
  reminder: ({ practiceName, link, day, last }) => ({
    subject: last
      ? `Last reminder: your patient portal at ${practiceName}`
      : `Your patient portal at ${practiceName} is waiting for you`,
    parts: [
      last
        ? `Your patient portal at ${practiceName} is still waiting. This is the last time we write about it.`
        : `A while ago we set up a patient portal for you at ${practiceName}. It is still waiting, and there is no hurry.`,
      'It takes about five minutes. Have your initials and your birth date ready; then you choose a username and a password that only you know.',
      { label: 'Open my portal', link },
      `This link replaces the one we sent before and works until ${day}.`,
      last
        ? 'If you would rather not use the portal, you need do nothing. Whenever you change your mind, ask us for a new letter.'
        : 'If you would rather do it with us, bring this e-mail to your next visit.',
    ],
  }),
  temporaryMail: ({ practiceName, link, day, username, words }) => ({
    subject: `How to sign in at ${practiceName}`,
    parts: [
      `${practiceName} has set up a patient portal for you. Sign in with your username and the five words below, with a space between the words. Then you choose a password of your own, and the five words stop working.`,
      {
        facts: [
          { label: 'Username', value: username },
          { label: 'Temporary password, five words', value: words },
        ],
      },
      { label: 'Sign in', link },
      `Do this by ${day}. After that the five words stop working.`,
      'Delete this e-mail once you have signed in.',
    ],
  }),
  welcome: ({ practiceName, link, phone }) => ({
    subject: `Your patient portal at ${practiceName} is open`,
    parts: [
      `Your patient portal at ${practiceName} is open. Sign in any time.`,
      { label: 'Go to the portal', link },
      `Was this not you?${phone ? ` Call us at ${phone}.` : ' Call us.'} We will close it at once.`,
    ],
  }),
  notForYou: 'If this is not for you, please delete this e-mail and tell us, so that we can put it right.',
  mailHelp: (call) =>
    call ? `Need a hand? ${callUs(call).trim()}` : 'Need a hand? Ask us at your next visit.',
}

const callUs = (call: Call) => (call ? `Call ${call.phone}${call.hours ? `, ${call.hours}` : ''}. ` : '')
