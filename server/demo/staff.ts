// Those who look after 幸福里, all invented. Their numbers cannot be dialled (safety.md 17).
export type PlannedStaff = {
  login: string
  name: string
  title: string
  phone: string
  role: 'desk' | 'steward' | 'supervisor'
  community: 'here' | 'elsewhere'
  onDuty: boolean
}

/** Stewards in the order in which homes are dealt to them; the next in the row is the backup. */
export const staff: readonly PlannedStaff[] = [
  {
    login: 'wanghong',
    name: '王红',
    title: '红管家',
    phone: '138 0000 1001',
    role: 'steward',
    community: 'here',
    onDuty: false,
  },
  {
    login: 'zhangwei',
    name: '张伟',
    title: '红管家',
    phone: '138 0000 1002',
    role: 'steward',
    community: 'here',
    onDuty: false,
  },
  {
    login: 'liuyang',
    name: '刘洋',
    title: '红管家',
    phone: '138 0000 1003',
    role: 'steward',
    community: 'here',
    onDuty: false,
  },
  {
    login: 'sunli',
    name: '孙丽',
    title: '红管家',
    phone: '138 0000 1004',
    role: 'steward',
    community: 'here',
    onDuty: false,
  },
  {
    login: 'zhaomin',
    name: '赵敏',
    title: '值班台',
    phone: '138 0000 2001',
    role: 'desk',
    community: 'here',
    onDuty: true,
  },
  {
    login: 'zhouqiang',
    name: '周强',
    title: '24 小时奉献岗',
    phone: '138 0000 2002',
    role: 'desk',
    community: 'here',
    onDuty: true,
  },
  {
    login: 'chenjing',
    name: '陈静',
    title: '和睦里社区主任',
    phone: '138 0000 3001',
    role: 'supervisor',
    community: 'elsewhere',
    onDuty: false,
  },
]

/** The password of every demo login; the demo binds to loopback only. */
export const demoPassword = 'pingan-demo'

export type PlannedContact = {
  /** Those who can be seen answering: they may sign in. */
  login?: string
  of: string
  name: string
  relation: string
  phone: string
  role: 'neighbour' | 'emergencyContact'
  holdsKey: boolean
}

/** Neighbours and family by the door they belong to (building-unit-room). */
export const contacts: readonly PlannedContact[] = [
  {
    login: 'zhouayi',
    of: '3-2-501',
    name: '周阿姨',
    relation: '对门 502，持钥匙',
    phone: '138 0000 4001',
    role: 'neighbour',
    holdsKey: true,
  },
  {
    login: 'chenlin',
    of: '3-2-501',
    name: '陈琳',
    relation: '女儿，住市区',
    phone: '138 0000 4002',
    role: 'emergencyContact',
    holdsKey: false,
  },
  {
    of: '1-1-302',
    name: '王磊',
    relation: '儿子',
    phone: '138 0000 4003',
    role: 'emergencyContact',
    holdsKey: true,
  },
  {
    of: '8-2-301',
    name: '马师傅',
    relation: '对门 302，持钥匙',
    phone: '138 0000 4004',
    role: 'neighbour',
    holdsKey: true,
  },
  {
    of: '8-2-301',
    name: '赵明',
    relation: '侄子',
    phone: '138 0000 4005',
    role: 'emergencyContact',
    holdsKey: false,
  },
  {
    of: '6-1-202',
    name: '高姐',
    relation: '楼上 302',
    phone: '138 0000 4006',
    role: 'neighbour',
    holdsKey: false,
  },
  {
    of: '3-1-204',
    name: '刘芳',
    relation: '女儿，同小区',
    phone: '138 0000 4007',
    role: 'emergencyContact',
    holdsKey: true,
  },
  {
    of: '5-1-401',
    name: '何军',
    relation: '儿子',
    phone: '138 0000 4008',
    role: 'emergencyContact',
    holdsKey: true,
  },
]
