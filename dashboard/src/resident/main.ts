import { createApp } from 'vue'
import { language } from '../i18n/language.ts'
import ResidentPage from './ResidentPage.vue'
import { languageIn } from './words.ts'
import '../base.css'

// The address decides alone: nobody changed this tablet's language by signing in on it once.
language.value = languageIn(location.search)
// Another link typed over this one is another resident.
addEventListener('hashchange', () => location.reload())

createApp(ResidentPage, { token: location.hash.slice(1) }).mount('#app')

// Last in the font stack: only a tablet without Chinese faces fetches slices of it.
void import('@fontsource-variable/noto-sans-sc/wght.css')
