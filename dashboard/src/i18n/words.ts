import { computed, type ComputedRef } from 'vue'
import type { Language } from '#contract/primitives.ts'
import { language } from './language.ts'

/** Texts, sentences made of values, and groups of them. */
export type Dictionary = { readonly [key: string]: string | ((...values: never[]) => string) | Dictionary }

export type Words<D extends Dictionary> = Record<Language, D>

/**
 * One subject's texts in both languages. The Chinese side gives the shape; TypeScript refuses an English side that
 * misses a text or takes other values.
 */
export const defineWords = <D extends Dictionary>(zh: D, en: NoInfer<D>): Words<D> => ({ zh, en })

/** The texts of a subject in the language that is chosen now: `const w = useWords(boardWords)`. */
export const useWords = <D extends Dictionary>(words: Words<D>): ComputedRef<D> =>
  computed(() => words[language.value])
