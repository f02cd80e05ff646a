import { createApp } from 'vue'
import ResidentPage from './ResidentPage.vue'
import '../base.css'

createApp(ResidentPage).mount('#app')

// Last in the font stack: only a tablet without Chinese faces fetches slices of it.
void import('@fontsource-variable/noto-sans-sc/wght.css')
