import { defineWords } from '../i18n/words.ts'

export const signInWords = defineWords(
  {
    title: '登录',
    promise: '每天早上，都有人知道您平安。',
    login: '账号',
    password: '密码',
    enter: '登录',
    fill: '请填写账号和密码',
    demoTitle: '演示：点一个人，就以这个人登录',
    watch: '先看这个早晨',
    forgot: '忘了密码，请找管理员重设。',
    notYours: '登录成功，但原来的页面不归这个账号看。',
  },
  {
    title: 'Sign in',
    promise: 'Every morning, somebody knows that you are well.',
    login: 'Login',
    password: 'Password',
    enter: 'Sign in',
    fill: 'Please fill in login and password',
    demoTitle: 'Demo: tap a person to sign in as them',
    watch: 'Watch the morning first',
    forgot: 'Password forgotten? Ask your administrator for a new one.',
    notYours: 'Signed in, but that page is not for this account.',
  },
)
