/**
 * `Report` of the monitor's health check, which displays in the same process may ask for too.
 */

/** `warnings`: what does not work and yet loses nothing. */
export type Report =
  | { readonly status: 'ok'; readonly warnings?: readonly HealthCause[] }
  | { readonly status: 'down'; readonly causes: readonly HealthCause[] };

export interface HealthCause {
  readonly cause: string;
  readonly message: string;
}

interface OfferedCheck {
  readonly tenant: string;
  readonly check: () => Promise<Report>;
}

const offered = new Set<OfferedCheck>();

/** `offerHealth` makes a monitor's check known until the answer is called. */
export function offerHealth(tenant: string, check: () => Promise<Report>): () => void {
  const own = { tenant, check };
  offered.add(own);
  return () => { offered.delete(own); };
}

/** `reportOf` a shop by its monitor; `undefined` where no monitor is in this process. */
export async function reportOf(tenant: string): Promise<Report | undefined> {
  return await [...offered].find((each) => each.tenant === tenant)?.check();
}

/** `reportedCauses` are what is wrong, by the monitor of that shop; none where no monitor is in this process. */
export async function reportedCauses(tenant: string): Promise<readonly HealthCause[]> {
  const report = await reportOf(tenant);
  if (report === undefined) return [];
  return report.status === 'ok' ? report.warnings ?? [] : report.causes;
}
