// Methods that every widget has: the generator puts them where a widget says `...shared`.
({
  /** A KPI value as a shop owner reads it; unknown is a dash, never a zero. */
  format(value, unit) {
    if (value === null || value === undefined) return '–';
    if (unit === 'ratio') return this.decimal(value * 100, 1) + ' %';
    if (unit === 'seconds') return this.duration(value);
    if (unit === 'count') return this.decimal(value, Number.isInteger(value) ? 0 : 1);
    return new Intl.NumberFormat('it-IT', { style: 'currency', currency: unit, useGrouping: 'always' }).format(value);
  },
  decimal(value, digits) {
    return new Intl.NumberFormat('it-IT', { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: 'always' }).format(value);
  },
  duration(seconds) {
    if (seconds < 60) return this.decimal(seconds, 0) + ' s';
    const minutes = Math.round(seconds / 60);
    if (minutes < 100) return minutes + ' min';
    if (minutes < 48 * 60) return Math.floor(minutes / 60) + ' h ' + String(minutes % 60).padStart(2, '0') + ' min';
    return this.decimal(minutes / 1440, 1) + ' giorni';
  },
  /** "3 s fa", for an instant of the server's clock. */
  age(instant, now) {
    const seconds = Math.max(0, Math.round((now - new Date(instant).getTime()) / 1000));
    if (seconds < 60) return seconds + ' s fa';
    if (seconds < 3600) return Math.floor(seconds / 60) + ' min fa';
    if (seconds < 2 * 86400) return Math.floor(seconds / 3600) + ' h fa';
    return Math.floor(seconds / 86400) + ' giorni fa';
  },
  /** An instant on the shop's clock. */
  clock(instant, options) {
    const shown = options ?? { hour: '2-digit', minute: '2-digit' };
    return new Intl.DateTimeFormat('it-IT', { timeZone: this.options.zone, ...shown }).format(new Date(instant));
  },
  /** "14:05" today, "ven 20/11, 14:05" on another day. */
  moment(instant, now) {
    const day = { weekday: 'short', day: '2-digit', month: '2-digit' };
    const isToday = this.clock(instant, day) === this.clock(now, day);
    return isToday ? this.clock(instant) : this.clock(instant, { ...day, hour: '2-digit', minute: '2-digit' });
  },
  /** "dalle 14:05", or "da ven 20/11, 14:05"; the word for an hour, and the one for a day. */
  from(hourWord, dayWord, instant, now) {
    const shown = this.moment(instant, now);
    return (shown.length === 5 ? hourWord : dayWord) + ' ' + shown;
  },
  /** The notice begins with the rule's name, which is the title above it, and ends with what to do about it. */
  sayings(alert) {
    const rest = alert.text.startsWith(alert.rule) ? alert.text.slice(alert.rule.length).replace(/^[.:]? */, '') : alert.text;
    const [said, advice] = rest.split(/\.? *Che fare: /);
    return { text: said.charAt(0).toUpperCase() + said.slice(1), advice: advice === undefined ? '' : advice.charAt(0).toUpperCase() + advice.slice(1) };
  },
  /** What a table calls a name that came from outside: `constructor` is in none by itself. */
  word(table, name) {
    return Object.hasOwn(table, name) ? table[name] : undefined;
  },
  storeName(id) {
    return this.options.stores?.find((store) => store.id === id)?.name ?? id;
  },
  /** Shares of a whole, the largest first: by which field, what it is called, and what is said after the percentage. */
  sharesOf(rows, by, nameOf, after) {
    const known = rows.filter((row) => row.value !== null).sort((a, b) => b.value - a.value);
    const total = known.reduce((sum, row) => sum + Math.max(0, row.value), 0);
    return known.map((row) => {
      const part = total === 0 ? 0 : Math.max(0, row.value) / total;
      return { id: row[by], name: nameOf(row[by]), text: this.format(row.value, row.unit), width: part * 100 + '%', share: this.decimal(part * 100, 0) + ' %' + after };
    });
  },
  channelName(id) {
    return this.word(this.options.channels, id) ?? id;
  },
  tick() {
    this.now = Date.now();
  },
  /**
   * Calls back with each message of this widget, and with the last one it got before this browser came: D2's own `msg` skips some of a burst.
   * Where time alone changes what is shown, `everyMs` says how often.
   */
  listen(handler, everyMs) {
    if (everyMs) this.timer = setInterval(this.tick, everyMs);
    this.onMessage = (message) => {
      if (message?.shop) this.options = { ...this.options, zone: message.shop.zone, stores: message.shop.stores, currency: message.shop.currency };
      if (message) handler(message);
    };
    this.$socket.on('msg-input:' + this.id, this.onMessage);
    this.$socket.on('widget-load:' + this.id, this.onMessage);
    if (!this.ask) return;
    this.$socket.on('connect', this.ask);
    this.ask();
  },
  unlisten() {
    clearInterval(this.timer);
    this.$socket.off('msg-input:' + this.id, this.onMessage);
    this.$socket.off('widget-load:' + this.id, this.onMessage);
    if (this.ask) this.$socket.off('connect', this.ask);
  },
})
