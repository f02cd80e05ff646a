import { defineWords } from '../i18n/words.ts'

export const pactWords = defineWords(
  {
    open: '改约定',
    title: (name: string) => `和${name}的约定`,
    text: '过了约好的时间还没报平安，才会有人来问。节假日不会暂停约定。',
    save: '就这样约定',
    preset: '常用',
    presets: {
      curtain: '每天 8 点',
      lateRiser: '每天 9 点',
      bothEdges: '早 8 点晚 8 点',
      slowWeekend: '周末晚一小时',
    },
    morning: '早上',
    evening: '晚上',
    withEvening: '晚上也报一次平安',
    weekdays: { 1: '周一', 2: '周二', 3: '周三', 4: '周四', 5: '周五', 6: '周六', 7: '周日' },
    none: '不约',
    next: '接下来的五次',
    noMorning: '至少约定一天的早上。',
    proposal: (hour: string) => `照平时的习惯，建议 ${hour}`,
    cost: (misses: number, delay: number, mornings: number) =>
      `按 ${mornings} 个早晨算：一年约有 ${misses} 次只是起晚了，平均多等 ${delay} 分钟`,
    take: '用这个时间',
    saved: '约定已改',
  },
  {
    open: 'Change the pact',
    title: (name: string) => `The pact with ${name}`,
    text: 'Only when the agreed hour has passed does anybody ask. Holidays do not pause it.',
    save: 'Agree on this',
    preset: 'Usual',
    presets: {
      curtain: 'Every day at 8',
      lateRiser: 'Every day at 9',
      bothEdges: 'At 8 and at 20',
      slowWeekend: 'Weekends an hour later',
    },
    morning: 'Morning',
    evening: 'Evening',
    withEvening: 'Also one sign in the evening',
    weekdays: { 1: 'Mon', 2: 'Tue', 3: 'Wed', 4: 'Thu', 5: 'Fri', 6: 'Sat', 7: 'Sun' },
    none: 'none',
    next: 'The next five',
    noMorning: 'At least one morning must be agreed.',
    proposal: (hour: string) => `By their own habit: ${hour}`,
    cost: (misses: number, delay: number, mornings: number) =>
      `From ${mornings} mornings: about ${misses} a year merely slept longer, ${delay} minutes more to wait`,
    take: 'Use this hour',
    saved: 'The pact was changed',
  },
)
