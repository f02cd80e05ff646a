import { ref, watchEffect } from 'vue'
import type { Language } from '#contract/primitives.ts'

const key = 'language'

/** The language of every page of this browser. Chinese first; English only where somebody chose it. */
export const language = ref<Language>(remembered())

watchEffect(() => {
  if (typeof document === 'undefined') return
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})

export function chooseLanguage(chosen: Language): void {
  language.value = chosen
  keep(chosen)
}

function remembered(): Language {
  try {
    return localStorage.getItem(key) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

function keep(chosen: Language): void {
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // A browser that keeps nothing still speaks the chosen language until it is closed.
  }
}
