/** What the report says in English. `{name}` in a text is filled in; `{at}` is a date and a time. */
export const en = {
  capabilities: {
    'chart-staff': {
      title: 'Staff see the patient',
      texts: {
        yes: 'Read from the EMR with each person’s own rights.',
        no: 'The EMR lets nobody read patients through Portico. Nothing works without it: ask for the scope user/Patient.rs.',
      },
    },
    'chart-patients': {
      title: 'Patients see their record',
      texts: {
        yes: 'Read from the EMR by the service, each time for that one patient.',
        no: 'The EMR gives the service no reading of its own (system/Patient.rs). Patients can sign in and see what Portico holds, and are told that the record cannot be shown.',
      },
    },
    contacts: {
      title: 'Phone and e-mail are set right in the chart',
      texts: {
        put: 'Written to the patient’s record. What somebody else changed meanwhile is never overwritten.',
        patch:
          'Only what changed is written to the patient’s record. What somebody else changed meanwhile is never overwritten.',
        compared:
          'Written with the staff member’s own rights. This EMR counts no versions, so Portico looks right before and right after each write.',
        'to-do':
          'This EMR lets nobody change a patient from outside. What staff save becomes a to-do with values to copy, and closes itself when the chart shows them.',
      },
    },
    'contacts-embedded': {
      title: 'The same from the card in the EMR’s own page',
      texts: {
        service:
          'Works also where the page sends no token of the person: the service writes, and says for whom.',
        'own-token':
          'Works where the page sends the person’s own EMR token (ehr_access_token). Without it the card leads to Portico.',
        'to-do': 'Becomes a to-do, as above.',
      },
    },
    'trusted-email': {
      title: 'The e-mail that only the patient reads',
      texts: {
        extension: 'Marked in the chart. Where the EMR drops the mark, Portico keeps it.',
        'use-mobile': 'Kept in the EMR’s own field for it.',
        kept: 'Portico keeps it, as nothing can be marked in the chart.',
      },
    },
    decisions: {
      title: 'Who may use the portal, to be seen in the EMR',
      texts: {
        consent: 'Portico decides. Each decision is also written to the chart as a Consent.',
        flags: 'Portico decides. “Allow Patient Portal” and “Allow Email” in the EMR follow.',
        portal: 'Portico decides and keeps it. The EMR has no place for it that can be written.',
        waits:
          'Portico decides. Its decisions are written to the chart, too, once the EMR lets Portico’s service in.',
      },
    },
    messages: {
      title: 'Messages',
      texts: { ehr: 'Can live in the EMR as Communication.', portal: 'Will live in Portico.' },
    },
    booking: {
      title: 'Appointments',
      texts: {
        ehr: 'Can be written to the EMR’s calendar.',
        openemr: 'Can be written to the calendar by OpenEMR’s own interface, with a staff member’s rights.',
        'to-do': 'Requests will live in Portico. Staff enter by hand what they accept.',
      },
    },
    openings: {
      title: 'Free times',
      texts: {
        operations: 'The EMR finds and books them itself ($find, $book).',
        slots: 'Can be read from the EMR’s Schedule and Slot.',
        'busy-times': 'Will be worked out: the practice’s hours without the EMR’s appointments.',
        none: 'The calendar cannot be read. Patients will ask for a time, staff answer.',
      },
    },
    documents: {
      title: 'Documents that patients send',
      texts: {
        ehr: 'Can be filed in the chart when staff accept them.',
        openemr: 'Can be filed in the chart by OpenEMR’s own interface when staff accept them.',
        kept: 'Will stay in Portico, marked “not in the chart”, to be downloaded and filed by hand.',
      },
    },
    audit: {
      title: 'Audit trail in the EMR',
      texts: {
        ehr: 'The EMR can hold a copy (AuditEvent).',
        portal: 'Portico keeps the trail. The EMR cannot hold a copy.',
      },
    },
  },
  checks: {
    https: {
      title: 'Encrypted on the way',
      texts: {
        yes: 'The EMR’s address is https.',
        no: 'The EMR’s address is http. That is for trying out on one machine only.',
      },
    },
    discovery: {
      title: 'The EMR answers',
      texts: {
        yes: 'It says what it can do (FHIR {version}).',
        version: 'It says what it can do, but not in FHIR R4: {version}.',
        silent: 'It does not answer at {base}. Check the address, and the network between.',
        expired: 'The certificate at {base} has expired. It has to be renewed there.',
        'other-name':
          'The certificate at {base} was made for another name. Use the name that it was made for.',
        untrusted:
          'The certificate at {base} is not from an authority that this machine trusts, or one in between is missing. Name the authority in a file: NODE_EXTRA_CA_CERTS.',
        'silent-now':
          'It does not answer at {base} right now. What stands here about it is what it said before.',
        'not-fhir': 'Something answers at {base}, but does not say what it can do ({base}/metadata).',
        'not-smart':
          'It says nothing of SMART ({base}/.well-known/smart-configuration). Nobody can open Portico from it.',
        'no-endpoints':
          'Its SMART configuration lacks what nobody can open Portico without, or names it without https ({base}/.well-known/smart-configuration):',
      },
    },
    pkce: {
      title: 'Safe launch codes (PKCE S256)',
      texts: { yes: 'Supported.', no: 'Not supported. Portico does not launch without it.' },
    },
    launch: {
      title: 'Launch from a patient’s chart',
      texts: {
        yes: 'Supported (launch-ehr, context-ehr-patient).',
        proven: 'The EMR does not say that it supports it, but it has worked.',
        unsaid: 'The EMR does not say that it supports it (launch-ehr, context-ehr-patient). Try it once.',
      },
    },
    'client-auth': {
      title: 'Portico proves who it is by key',
      texts: {
        yes: 'Supported (private_key_jwt).',
        proven: 'The EMR does not say that it supports it, but it has worked.',
        unsaid: 'The EMR does not say that it supports it (private_key_jwt). Try a launch once.',
      },
    },
    signing: {
      title: 'Kind of key',
      texts: {
        yes: 'The EMR takes {alg}.',
        proven: 'The EMR does not say which kinds it takes, but {alg} has worked.',
        unsaid: 'The EMR does not say which kinds it takes. Portico signs with {alg}.',
        no: 'The EMR does not take {alg}. Make a key of one of these kinds and register it:',
      },
    },
    'sign-in': {
      title: 'The EMR says who launched',
      texts: {
        yes: 'Supported (OpenID Connect).',
        proven: 'The EMR does not say that it supports it, but it has worked.',
        unsaid: 'The EMR does not say that it supports it (sso-openid-connect). Try a launch once.',
      },
    },
    'scope-form': {
      title: 'Form of scopes',
      texts: {
        v2: 'SMART 2 (user/Patient.rus).',
        v1: 'SMART 1 (user/Patient.read, .write). Portico asks in that form.',
        unsaid: 'The EMR does not say which form it takes. Portico asks as the configuration has it.',
      },
    },
    'service-token': {
      title: 'The service’s own way into the EMR',
      texts: {
        yes: 'Portico holds a token of its own that the EMR gave.',
        none: 'None is set up (client.serviceScope). Patients do not see their record, and work without a person waits for one.',
        'no-way':
          'The EMR offers none (client_credentials). Patients do not see their record, and work without a person waits for one.',
        refused:
          'The EMR gives no token. Is the client enabled, is its key registered, are its system scopes granted?',
        silent: 'The EMR did not answer in time when Portico asked for a token.',
        unasked: 'Not asked for: the EMR does not say what it can do.',
      },
    },
    'last-launch': {
      title: 'Last launch by staff',
      texts: {
        at: '{at}.',
        none: 'Nobody has opened Portico from the EMR within a day. It is taken that staff get all scopes that are asked for.',
      },
    },
    'staff-scopes': {
      title: 'What the EMR granted to staff',
      texts: {
        all: 'All that was asked for at the last launch.',
        some: 'Not all that was asked for at the last launch. These scopes are missing:',
      },
    },
    'service-scopes': {
      title: 'What the EMR granted to the service',
      texts: {
        all: 'All that was asked for.',
        some: 'Not all that was asked for. These scopes are missing:',
      },
    },
    jwks: {
      title: 'Portico’s public keys',
      texts: {
        yes: 'Found at the address that the EMR reads, with this practice’s key among them.',
        other:
          'What answers at this address does not hold this practice’s key. Does it lead to this Portico?',
        silent:
          'Nothing answers, seen from here, at the address that the EMR reads. If launches work, only Portico’s own way there is closed; else a proxy in between must let it through:',
        expired: 'The certificate has expired at the address that the EMR reads:',
        'other-name': 'The certificate was made for another name at the address that the EMR reads:',
        untrusted:
          'The certificate is not from an authority that this machine trusts, at the address that the EMR reads. If launches work, the EMR trusts it:',
        stopped: 'Portico does not run, so this was not looked at. Start it, then ask again.',
      },
    },
    clock: {
      title: 'Clocks',
      texts: {
        agree: 'The EMR’s and ours agree.',
        apart: 'They are {seconds} seconds apart. Set both by a time server (NTP).',
        'far-apart':
          'They are {seconds} seconds apart. The EMR refuses launches like this: set both by a time server (NTP).',
        untold: 'The EMR’s answers carry no time.',
        silent: 'The EMR did not answer.',
      },
    },
    'portal-address': {
      title: 'Address of the portal',
      texts: {
        yes: '{address} leads to this Portico.',
        until: '{address} leads to this Portico. Its certificate is good until {at}.',
        ends: '{address} leads to this Portico, but its certificate ends on {at}.',
        ended: 'The certificate of {address} ended on {at}.',
        plain: '{address} leads to this Portico, without encryption. That is for trying out only.',
        other: '{address} leads somewhere else, not to this Portico.',
        silent: 'Nothing answers at {address}, as far as Portico can see.',
        untrusted:
          '{address} shows a certificate, but seen from here it is of an authority that is not trusted, or was made for another name; or nothing answers behind it.',
        stopped: 'Portico does not run, so this was not looked at. Start it, then ask again.',
      },
    },
    mail: {
      title: 'E-mail',
      texts: {
        yes: 'The mail server let Portico in a moment ago.',
        none: 'No sender or no server is set: letters on paper only.',
        'not-found': 'Nobody knows a mail server of this name. Check how it is spelled.',
        'not-reached': 'The mail server does not answer. Check its name and port.',
        timeout: 'The mail server takes too long. Check its port and security.',
        'no-tls': 'The mail server offers no encryption here. Check port and security.',
        certificate: 'The mail server’s certificate cannot be trusted. Check its name.',
        'sign-in': 'The mail server says that the name or the password is wrong.',
        other: 'The mail server does not let Portico in. The test e-mail in the settings says more.',
      },
    },
    store: {
      title: 'Store',
      texts: {
        sqlite: 'Embedded (SQLite), {size} MB. {free} GB are free on its disk.',
        low: 'Embedded (SQLite), {size} MB. Only {free} GB are free on its disk.',
        'none-yet': 'There is none at {file} yet. Portico makes it when it first starts.',
        gone: 'The file of the embedded store is not at its place any more: {file}. Restore it before Portico stops.',
        postgres: 'PostgreSQL {version}, {size} MB, by an encrypted connection.',
        'postgres-here': 'PostgreSQL {version}, {size} MB, on this machine.',
        'postgres-plain':
          'PostgreSQL {version}, {size} MB, on another machine, without encryption. Add sslmode=verify-full to DATABASE_URL.',
      },
    },
    'audit-chain': {
      title: 'Audit trail',
      texts: {
        sealed: 'No entry waits for its seal. “npm run audit:verify” reads the whole chain.',
        waits: 'Entries that have waited for their seal for more than a minute: {rows}. Does Portico run?',
      },
    },
    queues: {
      title: 'Work that waits',
      texts: {
        empty: 'Nothing is late.',
        late: 'Late or given up: e-mails {mails}, other work {jobs}. The outbox shows which e-mails.',
      },
    },
    keys: {
      title: 'Keys of the store',
      texts: {
        open: 'What was sealed last opens with them.',
        untried: 'Nothing is sealed yet that they could be tried on.',
        shut: 'What was sealed last does not open with them. Put the old key back behind the new one in PORTICO_KEYS: id:key,id:key.',
      },
    },
    'host-policy': {
      title: '{name}',
      texts: {
        lets: '{origin}: the content security policy of its first page lets the card in.',
        nonce:
          '{origin}: the content security policy of its first page lets the card in if the script tag bears the page’s nonce.',
        open: '{origin}: its first page has no content security policy, so nothing keeps the card out.',
        shut: '{origin}: the content security policy of its first page keeps the card out. Add:',
        unseen:
          '{origin}: its first page could not be looked at from here. If it has a content security policy, it needs:',
      },
    },
  },
}
