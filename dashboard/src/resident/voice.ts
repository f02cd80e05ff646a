// A kind word aloud; where the tablet cannot speak, a soft chime.

let context: AudioContext | undefined

/** To be called from the press itself: browsers allow sound only then. */
export function openVoice(): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  void context.resume().catch(() => undefined)
}

export function sayAloud(text: string, language: 'zh' | 'en'): void {
  const voice = voiceFor(language)
  if (!voice) return chime()
  const said = new SpeechSynthesisUtterance(text)
  said.lang = voice.lang
  said.voice = voice
  // A little slower than the machine would like; old ears take their time.
  said.rate = 0.85
  speechSynthesis.cancel()
  speechSynthesis.speak(said)
}

/** Safety 14: in gas the tablet is silent at once, in the middle of a word too. */
export function fallSilent(): void {
  if ('speechSynthesis' in globalThis) speechSynthesis.cancel()
  void context?.suspend().catch(() => undefined)
}

function voiceFor(language: 'zh' | 'en'): SpeechSynthesisVoice | undefined {
  if (!('speechSynthesis' in globalThis)) return undefined
  const own = language === 'zh' ? /^(zh|cmn)([-_](CN|Hans.*))?$/i : /^en/i
  return speechSynthesis.getVoices().find(({ lang }) => own.test(lang))
}

function chime(): void {
  if (!context) return
  for (const [index, hertz] of [523, 659, 784].entries()) {
    const from = context.currentTime + index * 0.22
    const gain = context.createGain()
    gain.gain.setValueAtTime(0, from)
    gain.gain.linearRampToValueAtTime(0.3, from + 0.03)
    gain.gain.exponentialRampToValueAtTime(0.001, from + 0.9)
    const tone = context.createOscillator()
    tone.frequency.value = hertz
    tone.connect(gain).connect(context.destination)
    tone.start(from)
    tone.stop(from + 1)
  }
}
