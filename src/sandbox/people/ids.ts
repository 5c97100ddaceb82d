/** Names for the people that tests and journeys speak of. The values are FHIR ids. */
export const PEOPLE = {
  walter: 'walter-okafor',
  maria: 'maria-nunez',
  andres: 'andres-nunez',
  leo: 'leo-nunez',
  rosa: 'rosa-nunez',
  piotr: 'piotr-lukasiewicz',
  xiaoming: 'wang-xiaoming',
  carmen: 'carmen-de-la-cruz',
  mononym: 'suharti',
  twinA: 'lena-hartmann',
  twinB: 'luca-hartmann',
  deceased: 'harold-bennett',
  merged: 'aiko-tanaka-duplicate',
  mergedInto: 'aiko-tanaka',
  inactive: 'derek-coleman',
  yearOnly: 'nadia-haddad',
  noBirthDate: 'jordan-avery',
  aged12: 'ava-brooks',
  aged15: 'mateo-rivera',
  aged4: 'noah-kim',
  aged91: 'edith-larsen',
  noPhone: 'samuel-abebe',
  noContact: 'gloria-whitfield',
  sameNameA: 'james-wilson',
  sameNameB: 'james-wilson-2',
} as const

/** Names for the patients of the second clinic. Walter is a patient of both, under the same FHIR id. */
export const HARBOR_PEOPLE = {
  walter: 'walter-okafor',
  ingrid: 'ingrid-solberg',
  tomas: 'tomas-vega',
  grace: 'grace-adeyemi',
  child: 'milo-fontaine',
  deceased: 'bernard-fontaine',
} as const
