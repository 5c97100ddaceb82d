import type { SettingKey, SettingsView, SomeSettings } from '../../src/settings/schema.ts'
import type { Refusal } from '../client.ts'
import type { AdminId } from '../i18n/words.ts'
import { faultOf } from './check.ts'
import { changesBetween, type FormValues, toForm } from './form-values.ts'

type Edits = Partial<FormValues>

/**
 * The form between what the service keeps and what somebody typed. Only what was typed is kept here, so that whatever
 * the service says meanwhile shows through everywhere else. Every step makes a new state.
 */
export type FormState = {
  view: SettingsView
  edits: Edits
  /** What Discard took away, until the next step. */
  discarded: Edits | null
  /** Settings that somebody else saved while this page was open. */
  meanwhile: { key: SettingKey; before: unknown; after: unknown }[]
  /** Settings whose faults are said: somebody has left them, or tried to save. */
  watched: readonly SettingKey[]
  /** Settings that the service did not take as they stand. */
  refused: readonly SettingKey[]
}

export const startWith = (view: SettingsView): FormState => ({
  view,
  edits: {},
  discarded: null,
  meanwhile: [],
  watched: [],
  refused: [],
})

/** What stands in the form now. */
export const formOf = ({ view, edits }: FormState): FormValues => ({ ...toForm(view), ...edits })

export const isLocked = ({ view }: FormState, key: SettingKey): boolean => view.locked.includes(key)

/** What a save would send. */
export function changesOf(state: FormState): SomeSettings {
  const keys = keysOf(state.edits).filter((key) => !isLocked(state, key))
  return changesBetween(toForm(state.view), formOf(state), keys)
}

export const countChanges = (state: FormState): number => Object.keys(changesOf(state)).length

/** What is wrong with a setting, if that is to be said already. */
export function faultIn(state: FormState, key: SettingKey): AdminId | null {
  if (!state.watched.includes(key)) return null
  const fault = faultOf(key, formOf(state), state.view)
  return fault ?? (state.refused.includes(key) ? (NOT_TAKEN[key] ?? 'settings.refusedValue') : null)
}

/** What only the service knows is wrong with these. */
const NOT_TAKEN: Partial<Record<SettingKey, AdminId>> = {
  mailSecurity: 'fault.inTheClear',
  mailHost: 'fault.inTheClear',
  portalAddress: 'fault.portalAddress',
  logo: 'logo.unreadable',
}

/** What has to be right before these are saved: a password is part of whatever changes about the mail server. */
export const keysToCheck = (changes: SomeSettings): SettingKey[] => {
  const keys = keysOf(changes)
  return keys.some((key) => key.startsWith('mail')) ? [...new Set([...keys, 'mailPassword' as const])] : keys
}

/** Puts a value of the right kind into the form. */
export type SetSetting = <Key extends SettingKey>(key: Key, value: FormValues[Key]) => void

export const edit = <Key extends SettingKey>(
  state: FormState,
  key: Key,
  value: FormValues[Key],
): FormState => ({
  ...state,
  edits: { ...state.edits, [key]: value },
  discarded: null,
  refused: state.refused.filter((one) => one !== key),
})

/** From now on says what is wrong with these. */
export const watch = (state: FormState, keys: readonly SettingKey[]): FormState => ({
  ...state,
  watched: [...new Set([...state.watched, ...keys])],
})

/** The service named these as wrong. */
export const refuse = (state: FormState, keys: readonly SettingKey[]): FormState => ({
  ...watch(state, keys),
  refused: keys,
})

export const discard = (state: FormState): FormState => ({
  ...startWith(state.view),
  discarded: state.edits,
})

export const bringBack = (state: FormState): FormState => ({
  ...state,
  edits: state.discarded ?? {},
  discarded: null,
})

/** Puts what the service keeps now under what was typed, and remembers what somebody else changed. */
export function follow(state: FormState, view: SettingsView): FormState {
  const changed = changesBetween(toForm(state.view), toForm(view), keysOf(view.values))
  const values: Partial<Record<SettingKey, unknown>> = view.values
  const before: Partial<Record<SettingKey, unknown>> = state.view.values
  return {
    ...state,
    view,
    meanwhile: keysOf(changed).map((key) => ({ key, before: before[key], after: values[key] })),
  }
}

/** Lets go of what was typed here. */
export const useTheirs = (state: FormState, key: SettingKey): FormState => ({
  ...state,
  edits: Object.fromEntries(Object.entries(state.edits).filter(([name]) => name !== key)),
})

const keysOf = (settings: object): SettingKey[] => Object.keys(settings) as SettingKey[]

/** Why the service did not take a save: the settings that it named. */
export function refusedKeys(refusal: Refusal): SettingKey[] {
  const issues = refusal.facts['issues']
  if (refusal.code !== 'invalid-request' || !Array.isArray(issues)) return []
  const named = (issues as { pointer: string }[]).map(({ pointer }) => /^\/changes\/(\w+)/.exec(pointer)?.[1])
  return [...new Set(named)].filter((key) => key !== undefined) as SettingKey[]
}
