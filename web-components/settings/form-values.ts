import type { Language } from '../../src/practices/schema.ts'
import type { PracticeSettings, SettingKey, SettingsView, SomeSettings } from '../../src/settings/schema.ts'

type TextKey =
  | 'name'
  | 'address'
  | 'phone'
  | 'helpLine'
  | 'invitationDays'
  | 'adultAge'
  | 'mailFrom'
  | 'mailHost'
  | 'mailPort'
  | 'mailUser'

/**
 * What stands in the form: text as it was typed, everything else as the service keeps it. An empty password means the
 * one that is kept; null takes it away.
 */
export type FormValues = { [Key in SettingKey]: Key extends TextKey ? string : PracticeSettings[Key] }

export function toForm({ values }: SettingsView): FormValues {
  return {
    ...values,
    address: values.address.join('\n'),
    phone: values.phone ?? '',
    helpLine: values.helpLine ?? '',
    invitationDays: String(values.invitationDays),
    adultAge: String(values.adultAge),
    mailFrom: values.mailFrom ?? '',
    mailHost: values.mailHost ?? '',
    mailPort: String(values.mailPort),
    mailUser: values.mailUser ?? '',
    mailPassword: '',
  }
}

/** What the form would save, whole; a number that is none becomes NaN. */
export function toSettings(form: FormValues) {
  return {
    ...form,
    name: form.name.trim(),
    address: form.address
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean),
    phone: orNull(form.phone),
    helpLine: orNull(form.helpLine),
    hours: spoken(form.hours ?? {}),
    invitationDays: toNumber(form.invitationDays),
    adultAge: toNumber(form.adultAge),
    mailFrom: orNull(form.mailFrom),
    mailHost: orNull(form.mailHost),
    mailPort: toNumber(form.mailPort),
    mailUser: orNull(form.mailUser),
    mailPassword: form.mailPassword === '' ? undefined : form.mailPassword,
  }
}

/** Of `keys` those that would change what the service keeps, with their new values. */
export function changesBetween(
  before: FormValues,
  after: FormValues,
  keys: readonly SettingKey[],
): SomeSettings {
  const [saved, wanted] = [toSettings(before), toSettings(after)]
  const changed = keys.filter((key) => JSON.stringify(saved[key]) !== JSON.stringify(wanted[key]))
  return Object.fromEntries(changed.map((key) => [key, wanted[key]]))
}

const orNull = (text: string) => (text.trim() === '' ? null : text.trim())

const toNumber = (text: string) => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN)

/** Empty ones are none, and the order never makes a change. */
function spoken(hours: Partial<Record<Language, string>>): PracticeSettings['hours'] {
  const filled = (['en', 'es'] as const).flatMap((language) => {
    const text = hours[language]?.trim() ?? ''
    return text === '' ? [] : [[language, text] as const]
  })
  return filled.length > 0 ? Object.fromEntries(filled) : null
}
