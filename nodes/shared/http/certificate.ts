/**
 * `readCertificate` sees the certificate of an https address as any sender would.
 */
import { connect, type TLSSocket } from 'node:tls';
import { messageOf } from '../../../engine/base/errors.js';
import type { CertificateProbe } from '../../../engine/doctor/findings.js';

const PATIENCE_MS = 10_000;

export function readCertificate(url: string): Promise<CertificateProbe> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const socket: TLSSocket = connect({ host: hostname, servername: hostname, port: port === '' ? 443 : Number(port), timeout: PATIENCE_MS });
    const end = (found: CertificateProbe): void => {
      socket.destroy();
      done(found);
    };
    socket.on('secureConnect', () => { end({ validTo: Date.parse(socket.getPeerCertificate().valid_to), protocol: socket.getProtocol() ?? '' }); });
    socket.on('timeout', () => { end({ fault: 'timeout' }); });
    socket.on('error', (error) => { end({ fault: messageOf(error) }); });
  });
}
