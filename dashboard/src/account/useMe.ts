import { computed, readonly, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { Me } from '#contract/account.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'
import { chooseLanguage } from '../i18n/language.ts'

const me = shallowRef<Me>()

/** Who is signed in here; undefined until asked, and after signing out. */
export const useMe = (): { me: Readonly<Ref<Me | undefined>>; isDesk: ComputedRef<boolean> } => ({
  me: readonly(me) as Readonly<Ref<Me | undefined>>,
  isDesk: computed(() => me.value?.roles.some((role) => role === 'desk' || role === 'admin') ?? false),
})

/** Asks once; undefined where nobody is signed in. Throws only when the service is away. */
export async function whoIsHere(): Promise<Me | undefined> {
  if (me.value) return me.value
  try {
    return welcome(await call('me'))
  } catch (error) {
    if (isRefused(error, 'not_signed_in')) return undefined
    throw error
  }
}

/** To be called with the reply of sign-in and first-run. */
export function welcome(who: Me): Me {
  me.value = who
  chooseLanguage(who.language)
  return who
}

export async function leave(): Promise<void> {
  await call('signOut').catch(() => undefined)
  me.value = undefined
}

/** The session is over on the server: forget who it was, so that the next page asks for a sign-in. */
export function forget(): void {
  me.value = undefined
}
