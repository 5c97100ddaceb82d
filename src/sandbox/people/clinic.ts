import type { Location, Organization, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes'

export type ClinicName = 'fernwood' | 'harbor'

/** Somebody who works at a clinic. The first of each role can log in to the sandbox. */
type Worker = {
  id: string
  given: string
  family: string
  role: 'Physician' | 'Front desk' | 'Administrator' | 'Nurse'
  gender: 'female' | 'male'
  prefix?: string
}

export type Clinic = {
  name: ClinicName
  title: string
  street: string
  city: string
  postalCode: string
  phone: string
  staff: Worker[]
  /** Ids of those who see patients: the first is everybody's primary care physician. */
  calendars: string[]
}

export const CLINICS: Record<ClinicName, Clinic> = {
  fernwood: {
    name: 'fernwood',
    title: 'Fernwood Family Practice',
    street: '120 Wharf Road, Floor 2',
    city: 'Fernwood',
    postalCode: '97000',
    phone: '(555) 010-0100',
    staff: [
      { id: 'prac-osei', given: 'Amara', family: 'Osei', role: 'Physician', gender: 'female', prefix: 'Dr.' },
      { id: 'prac-park', given: 'Jo', family: 'Park', role: 'Front desk', gender: 'female' },
      { id: 'prac-admin', given: 'Robin', family: 'Vega', role: 'Administrator', gender: 'male' },
      { id: 'prac-berg', given: 'Tomas', family: 'Berg', role: 'Nurse', gender: 'male' },
    ],
    calendars: ['prac-osei', 'prac-berg'],
  },
  harbor: {
    name: 'harbor',
    title: 'Harbor Clinic',
    street: '3 Pier Street',
    city: 'Harborview',
    postalCode: '97010',
    phone: '(555) 010-0180',
    staff: [
      {
        id: 'prac-moreau',
        given: 'Celine',
        family: 'Moreau',
        role: 'Physician',
        gender: 'female',
        prefix: 'Dr.',
      },
      { id: 'prac-tran', given: 'Linh', family: 'Tran', role: 'Front desk', gender: 'female' },
      { id: 'prac-haas', given: 'Felix', family: 'Haas', role: 'Administrator', gender: 'male' },
    ],
    calendars: ['prac-moreau'],
  },
}

/** The organization itself. */
export const CLINIC_ID = 'clinic'
export const LOCATION_ID = 'main-office'
export const PAYERS = { medicare: 'payer-medicare', cascade: 'payer-cascade' } as const

/** Organizations, the place and the people who work there. */
export const clinicResources = (clinic: Clinic): Resource[] => [
  organization(CLINIC_ID, clinic.title, 'prov', clinic),
  organization(PAYERS.medicare, 'Medicare', 'pay'),
  organization(PAYERS.cascade, 'Cascade Health Plan', 'pay'),
  location(clinic),
  ...clinic.staff.flatMap((worker) => [practitioner(worker), practitionerRole(worker)]),
]

const organization = (id: string, name: string, type: 'prov' | 'pay', clinic?: Clinic): Organization => ({
  resourceType: 'Organization',
  id,
  active: true,
  type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: type }] }],
  name,
  ...(clinic
    ? { telecom: [{ system: 'phone', value: clinic.phone, use: 'work' }], address: [address(clinic)] }
    : {}),
})

const address = ({ street, city, postalCode }: Clinic) => ({
  use: 'work' as const,
  line: [street],
  city,
  state: 'OR',
  postalCode,
  country: 'US',
})

const location = (clinic: Clinic): Location => ({
  resourceType: 'Location',
  id: LOCATION_ID,
  status: 'active',
  name: clinic.title,
  telecom: [{ system: 'phone', value: clinic.phone, use: 'work' }],
  address: address(clinic),
  managingOrganization: { reference: `Organization/${CLINIC_ID}` },
})

const practitioner = ({ id, given, family, gender, prefix }: Worker): Practitioner => ({
  resourceType: 'Practitioner',
  id,
  active: true,
  name: [{ use: 'official', family, given: [given], ...(prefix ? { prefix: [prefix] } : {}) }],
  gender,
  telecom: [{ system: 'email', value: `${given}.${family}@clinic.example`.toLowerCase(), use: 'work' }],
})

const practitionerRole = ({ id, role }: Worker): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  id: `role-${id}`,
  active: true,
  practitioner: { reference: `Practitioner/${id}` },
  organization: { reference: `Organization/${CLINIC_ID}` },
  location: [{ reference: `Location/${LOCATION_ID}` }],
  code: [{ text: role }],
})
