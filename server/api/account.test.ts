import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { at, sql } from '#db/sql.ts'
import { createTestApi, monday, type TestApi } from '#testing/api.ts'
import { castPassword } from '#testing/cast-password.ts'
import { limits } from '../limits.ts'
import { identify, sessionCookie } from './session.ts'

let api: TestApi
beforeEach(async () => {
  api = await createTestApi()
})
afterEach(() => api.close())

const signIn = (login: string, password: string, address = '10.0.0.1') =>
  api.app.inject({
    method: 'POST',
    url: '/api/sign-in',
    remoteAddress: address,
    headers: { 'content-type': 'application/json' },
    payload: { login, password },
  })

const cookieIn = (headers: Record<string, unknown>) => String(headers['set-cookie']).split(';')[0] ?? ''

test('赵敏 signs in and is told where she starts and what she may see', async () => {
  const answer = await signIn('zhao', castPassword)
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ name: '赵敏', roles: ['desk'], home: 'desk' })
  expect(answer.json().communities.map(({ name }: { name: string }) => name)).toEqual(['幸福里'])
})

test('a steward starts on the own page, a district admin sees every community below', async () => {
  expect((await signIn('wang', castPassword)).json()).toMatchObject({ home: 'steward', roles: ['steward'] })
  const lin = (await signIn('lin', castPassword)).json()
  expect(lin.communities).toHaveLength(2)
})

test('the login may be typed with capitals and spaces around it', async () => {
  expect((await signIn(' Zhao ', castPassword)).statusCode).toBe(200)
})

test('the cookie cannot be read by a page, is not sent from other sites, and the database does not know it', async () => {
  const answer = await signIn('zhao', castPassword)
  expect(answer.headers['set-cookie']).toMatch(/^cp_session=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Lax$/)
  const token = cookieIn(answer.headers).split('=')[1] ?? ''
  const Hash = Type.Object({ hash: Type.String() })
  const stored = await api.db.one(Hash, sql`select encode(token_hash, 'hex') as hash from login_session`)
  expect(stored.hash).toBe(createHash('sha256').update(token).digest('hex'))
})

test('behind HTTPS the cookie is for HTTPS alone', async () => {
  const secure = await createTestApi({ config: { secureCookies: true } })
  const zhao = await secure.as('zhao')
  const answer = await zhao('signOut')
  expect(String(answer.headers['set-cookie'])).toMatch(/; Secure$/)
  await secure.close()
})

test('a wrong password and an unknown login are answered alike', async () => {
  const wrong = await signIn('zhao', 'not-her-password')
  const unknown = await signIn('no-such-person', 'not-her-password')
  expect(wrong.statusCode).toBe(401)
  expect(unknown.json()).toEqual(wrong.json())
  expect(wrong.json().code).toBe('wrong_login')
})

test('somebody without a password, or who was taken off, cannot sign in', async () => {
  await api.db.run(sql`update person set login = 'zhou' where id = ${api.cast.persons.zhou}`)
  expect((await signIn('zhou', castPassword)).statusCode).toBe(401)
  await api.db.run(sql`update person set active = false where id = ${api.cast.persons.zhao}`)
  expect((await signIn('zhao', castPassword)).statusCode).toBe(401)
})

test('guessing one login is stopped, also from many addresses, and goes on after the window', async () => {
  for (let guess = 0; guess < limits.signInTriesMax; guess += 1)
    expect((await signIn('zhao', `guess ${guess}`, `10.0.1.${guess}`)).statusCode).toBe(401)
  const stopped = await signIn('zhao', castPassword, '10.0.2.1')
  expect(stopped.statusCode).toBe(429)
  expect(stopped.json().code).toBe('too_many_tries')
  await api.clock.advance(limits.signInWindowMs)
  expect((await signIn('zhao', castPassword, '10.0.2.1')).statusCode).toBe(200)
})

test('guessing many logins from one address is stopped', async () => {
  // each costs a hash, which is slow on purpose
  const few = 9
  await api.close()
  api = await createTestApi({ lowered: { signInTriesOfAddressMax: few } })
  const guesses = Array.from({ length: few + 3 }, (_, n) => signIn(`guess-${n}`, 'x'))
  const answers = await Promise.all(guesses)
  expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(3)
})

test('a whole office signs in from one address without being stopped', async () => {
  for (let steward = 0; steward < limits.signInTriesMax + 2; steward += 1)
    expect((await signIn('wang', castPassword)).statusCode).toBe(200)
})

test('signing out ends the session, here and for sockets', async () => {
  const cookie = cookieIn((await signIn('zhao', castPassword)).headers)
  expect(await identify(api.db, cookie, api.clock.now())).toBe(api.cast.persons.zhao)
  const headers = { cookie, 'content-type': 'application/json' }
  const out = await api.app.inject({ method: 'POST', url: '/api/sign-out', headers })
  expect(out.statusCode).toBe(200)
  expect(out.headers['set-cookie']).toMatch(/Max-Age=0/)
  expect(api.signedOut).toEqual([api.cast.persons.zhao])
  expect(await identify(api.db, cookie, api.clock.now())).toBeUndefined()
  expect((await api.app.inject({ url: '/api/me', headers })).statusCode).toBe(401)
})

test('a session in use lives on, an unused one expires', async () => {
  const zhao = await api.as('zhao')
  await api.clock.advance(limits.sessionMs - 1000)
  expect((await zhao('me')).status).toBe(200)
  await api.clock.advance(limits.sessionMs - 1000)
  expect((await zhao('me')).status).toBe(200)
  await api.clock.advance(limits.sessionMs + 1000)
  expect((await zhao('me')).status).toBe(401)
})

test('somebody who was taken off is out at once', async () => {
  const zhao = await api.as('zhao')
  await api.db.run(sql`update person set active = false where id = ${api.cast.persons.zhao}`)
  expect((await zhao('me')).status).toBe(401)
})

test('other cookies around ours do not hide it', async () => {
  const cookie = cookieIn((await signIn('zhao', castPassword)).headers)
  expect(await identify(api.db, `theme=dark; ${cookie}; x=1`, monday)).toBe(api.cast.persons.zhao)
  expect(await identify(api.db, `x${cookie}`, monday)).toBeUndefined()
  expect(await identify(api.db, `${sessionCookie}=short`, monday)).toBeUndefined()
})

test('two people at one browser, each in a frame of their own, keep sessions of their own', async () => {
  const inSlot = (login: string, slot: string) =>
    api.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: { 'content-type': 'application/json', 'cp-slot': slot },
      payload: { login, password: castPassword },
    })
  const desk = cookieIn((await inSlot('zhao', 'desk')).headers)
  const phone = cookieIn((await inSlot('wang', 'phone')).headers)
  const cookie = `${desk}; ${phone}`
  const meIn = async (headers: Record<string, string>) =>
    (await api.app.inject({ url: '/api/me', headers: { cookie, ...headers } })).json()
  expect(await meIn({ 'cp-slot': 'desk' })).toMatchObject({ name: '赵敏' })
  expect(await meIn({ 'cp-slot': 'phone' })).toMatchObject({ name: '王红' })
  expect(await meIn({})).toMatchObject({ code: 'not_signed_in' })
  expect(await meIn({ 'cp-slot': 'other' })).toMatchObject({ code: 'not_signed_in' })
})

test('my language is kept', async () => {
  const zhao = await api.as('zhao')
  expect((await zhao('setLanguage', { body: { language: 'en' } })).status).toBe(200)
  expect((await zhao('me')).body).toMatchObject({ language: 'en' })
})

test('sign-ins are written down', async () => {
  await signIn('zhao', castPassword)
  const Row = Type.Object({ what: Type.String(), at: Type.Integer() })
  const rows = await api.db.many(Row, sql`select what, at from audit where at >= ${at(0)}`)
  expect(rows).toEqual([{ what: 'signedIn', at: monday }])
})
