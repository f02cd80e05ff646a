import { readonly, shallowRef, type Ref } from 'vue'

/** A text that is a function is asked at each drawing: it may know more by then. */
export type ToastText = string | (() => string)
export type Toast = { id: number; text: ToastText; tone: 'plain' | 'well' | 'alarm' }

/** Long enough to read two sentences aloud. */
const shownMs = 6000
/** More than these at once would hide the page; the oldest leaves first. */
const toastsMax = 3

const list = shallowRef<readonly Toast[]>([])
let last = 0

export const toasts: Readonly<Ref<readonly Toast[]>> = readonly(list)

/** Says something for a moment, also to screen readers. Never the only place where danger is told. */
export function say(text: ToastText, tone: Toast['tone'] = 'plain'): void {
  const toast = { id: ++last, text, tone }
  list.value = [...list.value, toast].slice(-toastsMax)
  setTimeout(() => unsay(toast.id), shownMs)
}

export function unsay(id: number): void {
  list.value = list.value.filter((toast) => toast.id !== id)
}
