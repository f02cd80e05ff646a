import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { whoIsHere } from './account/useMe.ts'
import { call } from './api/client.ts'
import AwayPage from './account/AwayPage.vue'

/** Pages that anybody may open; all others ask for a sign-in first. */
const open = new Set(['sign-in', 'first-run', 'demo', 'away', 'not-found'])

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'start', component: AwayPage },
    {
      path: '/desk',
      component: () => import('./desk/DeskPage.vue'),
      children: [
        { path: '', name: 'desk', component: { render: () => null } },
        { path: 'home/:id(\\d+)', name: 'home', component: () => import('./home/HomeSheet.vue') },
        { path: 'alarms', name: 'alarms', component: () => import('./alarms/AlarmsSheet.vue') },
      ],
    },
    { path: '/rules', name: 'rules', component: () => import('./rules/RulesPage.vue') },
    { path: '/steward', name: 'steward', component: () => import('./steward/StewardPage.vue') },
    { path: '/sign-in', name: 'sign-in', component: () => import('./sign-in/SignInPage.vue') },
    { path: '/first-run', name: 'first-run', component: () => import('./first-run/FirstRunPage.vue') },
    { path: '/demo', name: 'demo', component: () => import('./demo/DemoPage.vue') },
    { path: '/testers', name: 'testers', component: () => import('./testers/TestersPage.vue') },
    { path: '/away', name: 'away', component: AwayPage },
    { path: '/:rest(.*)', name: 'not-found', component: () => import('./account/NotFoundPage.vue') },
  ],
})

router.beforeEach(async (to) => {
  if (open.has(String(to.name))) return true
  try {
    return await whereTo(to)
  } catch {
    return { name: 'away', query: { to: to.fullPath } }
  }
})

/** The start leads to the desk or to the steward's page; an empty system to its first account. */
async function whereTo(to: RouteLocationNormalized) {
  const who = await whoIsHere()
  if (!who) return await signInOr(to)
  return to.name === 'start' ? { name: who.home } : true
}

async function signInOr(to: RouteLocationNormalized) {
  const health = await call('health')
  if (health.mode === 'empty') return { name: 'first-run' }
  if (to.name === 'start' && health.mode === 'demo') return { name: 'demo' }
  return { name: 'sign-in', query: to.name === 'start' ? {} : { to: to.fullPath } }
}
