// A bell that rings when a batch has got on: rung by the service (server-sent events), or by the clock while its line is broken.

const LOOK_MS = 1000;
const CALM_MS = 30000; // what no event tells: another batch's paper that a file duplicates

export class Bell {
  constructor(address) {
    Object.assign(this, { address, stream: null, rung: false, ended: false, wake: null });
  }

  /** Ring by hand. */
  ring() {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves when the bell rings, or has rung since it did last. */
  async next() {
    this.listen();
    const told = this.ended || this.stream.readyState === EventSource.OPEN;
    if (!this.rung)
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, told ? CALM_MS : LOOK_MS);
      });
    this.rung = false;
  }

  listen() {
    if (this.ended || (this.stream && this.stream.readyState !== EventSource.CLOSED)) return;
    const stream = new EventSource(this.address);
    for (const kind of ["paper", "batch", "end"]) stream.addEventListener(kind, () => this.ring());
    stream.addEventListener("end", () => {
      this.ended = true; // nothing follows, and a stream that is not closed would ask again
      stream.close();
    });
    stream.addEventListener("error", () => setTimeout(() => this.ring(), LOOK_MS));
    this.stream = stream;
  }

  /** Listen no more until asked for the next ring. */
  rest() {
    this.stream?.close();
  }
}
