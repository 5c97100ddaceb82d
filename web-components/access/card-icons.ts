import { icon } from '../ui/icons.ts'

export const clockIcon = () => icon('M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7v5.5l3.5 2')
export const downIcon = () => icon('m6 9.5 6 6 6-6')
export const pauseIcon = () => icon('M8.5 5v14M15.5 5v14')
export const keyIcon = () =>
  icon('M3.5 15.5a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0m7.8-3.3 8.2-8.2M16 7.5l2.8 2.8')
export const plusIcon = () => icon('M12 6v12M6 12h12')
