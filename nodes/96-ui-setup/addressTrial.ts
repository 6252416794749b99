/**
 * `AddressTrial` finds out whether the public address leads here, as far as that can be seen from here: a signed example goes straight to an endpoint, then
 * by the address, with a mark by which the endpoint knows it again.
 */
import { type Finding, judgeAddress, judgeTls, type PublicProbe } from '../../engine/doctor/findings.js';
import { readCertificate } from '../shared/http/certificate.js';
import type { SenderPort, SenderTrial } from '../shared/senderPort.js';
import type { JudgedAddress } from './memory.js';

export class AddressTrial {
  readonly #now: () => number;
  state: 'running' | 'idle' = 'idle';

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `ended` gets what was found. `refused`: it is being tried, or no endpoint can sign an example. */
  start(ports: readonly SenderPort[], ended: (judged: JudgedAddress) => void): 'started' | 'refused' {
    const [first, ...others] = ports.filter(({ access, proof, address }) => access === 'open' && proof === 'signature' && address.reach === 'public');
    if (first === undefined || this.state === 'running') return 'refused';
    this.state = 'running';
    void this.#judge(first, others).then((judged) => {
      this.state = 'idle';
      ended(judged);
    });
    return 'started';
  }

  /** By the first endpoint for which an example can be signed here. */
  async #judge(port: SenderPort, [next, ...others]: readonly SenderPort[]): Promise<JudgedAddress> {
    const here = await tried(port, 'here');
    if (here.outcome !== 'answered' && next !== undefined) return this.#judge(next, others);
    const { origin } = new URL(port.address.url);
    const sameHere = here.outcome === 'answered' ? here.status : 0;
    const probe = { url: origin, sameHere, ...answerOf(await tried(port, 'public')) };
    const certificate = origin.startsWith('https:') ? await readCertificate(origin) : undefined;
    const judgedAt = this.#now();
    const findings: readonly Finding[] = [...judgeAddress(probe), judgeTls(origin, certificate, judgedAt)];
    return { url: origin, judgedAt, findings };
  }
}

async function tried(port: SenderPort, way: 'here' | 'public'): Promise<SenderTrial> {
  try {
    return await port.try(way);
  } catch (error) {
    return { outcome: 'away', fault: String(error) };
  }
}

function answerOf(trial: SenderTrial): Pick<PublicProbe, 'status' | 'fault' | 'arrival'> {
  if (trial.outcome === 'answered') return { status: trial.status, arrival: trial.arrival };
  return { status: 0, fault: trial.outcome === 'away' ? trial.fault : trial.outcome };
}
