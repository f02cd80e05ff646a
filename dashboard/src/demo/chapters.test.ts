import { expect, test } from 'vitest'
import { chapterIndex, chapters, narration } from './chapters.ts'
import { demoWords } from './words.ts'

const at = (chapter: string, autoplay = true) => ({ state: 'running' as const, chapter, autoplay })

test('every chapter of the story has a name and a sentence in both languages', () => {
  for (const chapter of chapters) {
    for (const language of ['zh', 'en'] as const) {
      expect(demoWords[language].chapters[chapter].name).not.toBe('')
      expect(narration(at(chapter), language)).toBe(demoWords[language].chapters[chapter].text)
    }
  }
})

test('the strip moves forward through the chapters and rests at the end', () => {
  expect(chapters.map((chapter) => chapterIndex(at(chapter)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(chapterIndex({ state: 'done', chapter: 'gas', autoplay: true })).toBe(7)
  expect(chapterIndex({ state: 'waiting', chapter: 'waiting', autoplay: true })).toBe(-1)
})

test('who plays the steward is told what to press, who watches is told what happens', () => {
  expect(narration(at('missed', false), 'zh')).toContain('收到')
  expect(narration(at('missed', true), 'zh')).not.toContain('请在手机上')
  expect(narration(at('greetings', false), 'zh')).toBe(demoWords.zh.chapters.greetings.text)
})

test('a chapter of a newer server is met with patience, not with an empty strip', () => {
  expect(narration(at('encore'), 'zh')).toBe(demoWords.zh.chapters.waiting.text)
})
