import { defineWords } from '../i18n/words.ts'

/** The few words that every desk page needs: the rest comes with the sheet. */
export const noticeWords = defineWords(
  {
    flood: (names: string, clock: string, length: string) =>
      `报警泛滥：${names}，自 ${clock} 起，已 ${length}`,
    floodText: '十分钟内超过 10 件新事件。先处理最急的，请加派人手。',
    look: '查看报警体检',
    counted: (shelved: number, out: number) =>
      [shelved > 0 ? `搁置 ${shelved} 项` : '', out > 0 ? `停用 ${out} 项` : ''].filter(Boolean).join('，'),
    reviewsDue: (count: number) => `${count} 项停用已到复核日，请看一看`,
  },
  {
    flood: (names: string, clock: string, length: string) =>
      `Alarm flood: ${names}, since ${clock}, for ${length}`,
    floodText: 'More than 10 new incidents in ten minutes. The most urgent first; send more people.',
    look: 'See how the alarms are',
    counted: (shelved: number, out: number) =>
      [shelved > 0 ? `${shelved} shelved` : '', out > 0 ? `${out} out of service` : '']
        .filter(Boolean)
        .join(', '),
    reviewsDue: (count: number) => `${count} out of service: the day of review has come`,
  },
)
