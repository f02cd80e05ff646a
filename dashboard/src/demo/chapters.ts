// The story's chapters in their order, and what the narrator says in each.
import type { Language } from '#contract/primitives.ts'
import { demoWords } from './words.ts'

export const chapters = ['greetings', 'threeLeft', 'missed', 'door', 'closed', 'co', 'gas', 'done'] as const
export type Chapter = (typeof chapters)[number]

export type StoryView = { state: 'waiting' | 'running' | 'done'; chapter: string; autoplay: boolean }

/** How far the story is: -1 before it begins. A chapter that this page does not know yet keeps the last place. */
export function chapterIndex({ state, chapter }: StoryView): number {
  if (state === 'done') return chapters.length - 1
  return chapters.indexOf(chapter as Chapter)
}

/** What the narrator says; where the newcomer plays the steward, what to press. */
export function narration({ state, chapter, autoplay }: StoryView, language: Language): string {
  const words = demoWords[language]
  const now = state === 'done' ? 'done' : chapter
  if (!autoplay && now in words.you) return words.you[now as keyof typeof words.you]
  return words.chapters[(now in words.chapters ? now : 'waiting') as keyof typeof words.chapters].text
}
