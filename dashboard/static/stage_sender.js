// Values to the server as they change under the hand: at most `depth` in flight, the newest wins.
//
//   const sender = new Sender((message) => setStateValue("kernel", message));
//   sender.push({ values }, done);        // done: the hand has let go
//   sender.answered(sequence);            // the picture on the screen has this one in it
//   sender.idle                           // nothing is on the way: what the server says counts

export const DEPTH = 2; // the server works on one while the browser draws the one before: more pictures, each a little later
const PATIENCE = 3000; // ms after which an unanswered message no longer holds up the next

export class Sender {
  constructor(send) {
    Object.assign(this, { send, sent: 0, seen: 0, waiting: null, depth: DEPTH });
  }

  get idle() {
    return this.waiting === null && this.seen >= this.sent;
  }

  /** Where a server remembers more than this sender has sent, it goes on from there. */
  begin(sequence) {
    if (!this.sent) this.sent = this.seen = sequence;
  }

  push(content, done) {
    this.waiting = { content, done };
    this.next();
  }

  next() {
    if (!this.waiting || this.sent - this.seen >= this.depth) return;
    clearTimeout(this.late);
    const { content, done } = this.waiting;
    this.waiting = null;
    this.sent += 1;
    this.send({ ...content, done, sequence: this.sent });
    this.late = setTimeout(() => this.answered(this.sent), PATIENCE);
  }

  answered(sequence) {
    if (sequence <= this.seen) return;
    this.seen = Math.min(sequence, this.sent);
    this.next();
  }
}
