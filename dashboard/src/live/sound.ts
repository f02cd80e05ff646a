import { readonly, ref, type Ref } from 'vue'
import { toneOf, type Beep, type Ringing } from './tones.ts'

/** Between two rounds of one alarm: long enough to speak on the phone in between. */
const roundMs = 8000

const unlocked = ref(false)
const silent = ref(false)
const ringing = ref(0)
const alarms = new Map<number, Ringing>()
let context: AudioContext | undefined
let timer: ReturnType<typeof setInterval> | undefined
let hushedUntil = 0

/** Whether this page may sound now (browsers allow it after one tap), and how many alarms do. */
export const useSound = (): {
  unlocked: Readonly<Ref<boolean>>
  ringing: Readonly<Ref<number>>
  silent: Readonly<Ref<boolean>>
} => ({
  unlocked: readonly(unlocked),
  ringing: readonly(ringing),
  silent: readonly(silent),
})

/** Safety 14: in gas this page makes no sound and does not vibrate, and proves no sound, so that others are rung. */
export function fallSilent(): void {
  silent.value = true
  navigator.vibrate?.(0)
}

export function speakAgain(): void {
  silent.value = false
}

/** From a tap or a key. True when the page may sound from now on. */
export async function unlockSound(): Promise<boolean> {
  context ??= openContext()
  await context?.resume().catch(() => undefined)
  noticeState()
  return unlocked.value
}

/** The first tap or key anywhere on the page opens the sound: nobody has to remember a switch. */
export function unlockOnFirstGesture(): void {
  const gestures = ['pointerdown', 'keydown'] as const
  const open = (): void => void unlockSound().then(leaveWhenOpen)
  const leaveWhenOpen = (isOpen: boolean): void => {
    if (!isOpen) return
    for (const gesture of gestures) document.removeEventListener(gesture, open, true)
  }
  for (const gesture of gestures) document.addEventListener(gesture, open, true)
}

/** Rings once. False where the page may not sound; a phone vibrates all the same. */
export function ringOnce(what: Ringing): boolean {
  if (silent.value) return false
  const tone = toneOf(what)
  // Before the first touch the browser refuses it, and writes an error.
  const isTouched = !('userActivation' in navigator) || navigator.userActivation.hasBeenActive
  if (isTouched) navigator.vibrate?.([...tone.vibrateMs])
  if (!context || !unlocked.value) return false
  for (const beep of tone.beeps) play(context, beep, tone.volume)
  return true
}

/** Rings, and again every 8 s until `stopAlarm`: somebody is needed. */
export function startAlarm(incidentId: number, what: Ringing): boolean {
  alarms.set(incidentId, what)
  ringing.value = alarms.size
  timer ??= setInterval(nextRound, roundMs)
  return ringOnce(what)
}

export function stopAlarm(incidentId: number): void {
  alarms.delete(incidentId)
  ringing.value = alarms.size
  if (alarms.size > 0) return
  clearInterval(timer)
  timer = undefined
}

/** Incidents that still ring here. */
export const ringingIncidents = (): readonly number[] => [...alarms.keys()]

/** Somebody heard it and needs to speak: the sound rests, what is shown stays, a new ring sounds at once. */
export function hush(forMs: number): void {
  hushedUntil = Date.now() + forMs
}

const nextRound = (): void => {
  if (Date.now() < hushedUntil) return
  const worst = [...alarms.values()].sort((a, b) => loudness(b) - loudness(a))[0]
  if (worst) ringOnce(worst)
}
const loudness = (what: Ringing): number => toneOf(what).volume

function openContext(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined
  const opened = new AudioContext()
  opened.addEventListener('statechange', noticeState)
  return opened
}

function noticeState(): void {
  unlocked.value = context?.state === 'running'
}

function play(on: AudioContext, { hertz, atS, forS }: Beep, volume: number): void {
  const from = on.currentTime + atS
  const gain = on.createGain()
  // Soft edges: a click at each beep tires those who sit beside it all day.
  gain.gain.setValueAtTime(0, from)
  gain.gain.linearRampToValueAtTime(volume, from + 0.012)
  gain.gain.setValueAtTime(volume, from + forS - 0.03)
  gain.gain.linearRampToValueAtTime(0, from + forS)
  const voice = on.createOscillator()
  voice.type = 'triangle'
  voice.frequency.value = hertz
  voice.connect(gain).connect(on.destination)
  voice.start(from)
  voice.stop(from + forS + 0.02)
}
