import { html, nothing } from 'lit'
import type { LaunchView } from '../../src/staff/schema.ts'
import type { StaffWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import type { PorticoStaff } from './staff.ts'
import { type EmrWindow, reachEmrWindow } from './web-messaging.ts'

/**
 * What the EMR's page around the app can do for it: close it, or open the chart beside it. Fetched only where the launch
 * offers it, and there only where the page answers.
 */
export class EmrPage {
  private readonly app: PorticoStaff
  private readonly emr: EmrWindow
  /** The page answered once and then no more, or said no. */
  private isSilent = false

  private constructor(app: PorticoStaff, emr: EmrWindow) {
    this.app = app
    this.emr = emr
  }

  static async reach(app: PorticoStaff, { messaging }: LaunchView): Promise<EmrPage | null> {
    const emr = messaging && (await reachEmrWindow(messaging))
    return emr && new EmrPage(app, emr)
  }

  button(words: StaffWords) {
    return html`<button class="button quiet" type="button" @click=${() => void this.goBack()}>
      ${words.msg('staff.backToEmr')}
    </button>`
  }

  notice(words: StaffWords) {
    if (!this.isSilent) return nothing
    const title = words.msg('staffRefused.ehrDown')
    return notice({ mood: 'warn', title, text: words.msg('staff.emrSilentText') })
  }

  readonly openChart = (): void => {
    const patient = this.app.launch?.patient
    if (patient !== undefined) void this.hear(this.emr.openDemographics(patient))
  }

  private async goBack(): Promise<void> {
    if (await this.app.mayLeave()) await this.hear(this.emr.done())
  }

  private async hear(answer: Promise<boolean>): Promise<void> {
    this.isSilent = !(await answer)
    this.app.requestUpdate()
  }
}
