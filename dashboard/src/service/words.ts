import { defineWords } from '../i18n/words.ts'

export const serviceWords = defineWords(
  {
    diskLow: '磁盘快满了',
    diskLowText: (room: string) =>
      `数据库所在的磁盘还剩 ${room}。现在一切照常，请尽快腾出空间，或换更大的磁盘。`,
    diskFull: '磁盘几乎满了',
    diskFullText: (room: string) =>
      `只剩 ${room}：不要紧的读数收得很慢，报平安和报警照常。请马上腾出空间；真满了，就什么都存不下。`,
    clockBehind: '服务器的时钟被拨慢了',
    clockBehindText: (length: string) =>
      `机器的时间往回拨了 ${length}，服务仍按原来的时间走。请核对；如果新的时间是对的，请重启服务。`,
    clockForward: '服务器的时钟被拨快了',
    clockForwardText: (length: string) =>
      `机器的时间刚往前跳了 ${length}，这段时间里到期的约定逐户核实，不算失约。请核对机器的时间。`,
  },
  {
    diskLow: 'The disk is getting full',
    diskLowText: (room: string) =>
      `The disk of the database has ${room} left. All goes on as usual; please make room soon, or get a larger disk.`,
    diskFull: 'The disk is nearly full',
    diskFullText: (room: string) =>
      `Only ${room} are left: readings that matter to nobody come in slowly, check-ins and alarms as always. Please make room now; once it is full, nothing can be stored.`,
    clockBehind: 'The clock of the server was put back',
    clockBehindText: (length: string) =>
      `The machine's time went back by ${length}; the service goes on at its own pace. Please check it; if the new time is right, start the service again.`,
    clockForward: 'The clock of the server was put forward',
    clockForwardText: (length: string) =>
      `The machine's time went forward by ${length}; pacts that fell due in between are asked after, not counted as missed. Please check the time of the machine.`,
  },
)
