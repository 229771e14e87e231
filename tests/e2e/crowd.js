// Stands in for the dashboard's feed: a gateway with 1,000 sessions and 5,000 registered channels, all of them moving.
(() => {
  const [MACHINES, SESSIONS, TYPES] = [100, 1000, ["main", "display", "inputs", "cursor", "playback"]];
  const still = { bytes_in: 0, messages_in: 0, bytes_out: 0, messages_out: 0 };
  const caps = { common: ["AUTH_SELECTION", "AUTH_SPICE", "MINI_HEADER"], channel: ["MONITORS_CONFIG", "STREAM_REPORT", "PREF_COMPRESSION"] };
  const since = new Date().toISOString();
  const machines = Array.from({ length: MACHINES }, (_, m) => ({
    name: `vm${m}`, title: `Machine ${m}`, kind: "relay", origin: "config", address: `spice://10.1.0.${m}:5900`, labels: { row: String(m % 7) },
    groups: [`group${m % 5}`], state: m % 40 ? "up" : "away", since, error: m % 40 ? "" : "The machine is not reachable.", sessions: 10, rights: [], channels: [], native: null, stored: null,
  }));
  const channels = machines.flatMap(({ name }) => TYPES.flatMap((type) => Array.from({ length: 10 }, (_, id) => ({
    key: `${name}/${type}/${id}`, machine: name, type, id, name: `${type} ${id}`, place: id, references: 2, client_count: 1,
    clients: [{ session: `${id}`, user: `user${id}`, address: `10.2.${id}.7`, since, round_trip: 0.01, capabilities: caps, mini_header: true, traffic: still, unsent: 0, queue: null, window: null }],
    capabilities: caps, handles_acks: true, migration_flags: [], incoming: "ClientFlow", outgoing: "MachineFlow", private: null, owner: null, traffic: still,
  }))));
  const sessions = Array.from({ length: SESSIONS }, (_, s) => ({
    id: String(s + 1), machine: `vm${s % MACHINES}`, user: `user${s}`, user_id: s, method: "session", address: `10.2.${s % 250}.${s % 199}`, since,
    rights: ["view", "control"], round_trip: 0.01, frame_rate: null, traffic: still,
    channels: TYPES.map((type) => ({ key: `vm${s % MACHINES}/${type}/${Math.floor(s / MACHINES)}`, type, id: Math.floor(s / MACHINES) })),
  }));
  const totals = (tick) => ({ machines: MACHINES, machines_up: 97, sessions: SESSIONS, channels: channels.length, bytes_in: tick * 1e5, bytes_out: tick * 1e7 });
  const figures = (tick) => ({
    at: Date.now() / 1000, totals: totals(tick),
    sessions: Object.fromEntries(sessions.map(({ id }, index) => [id, [tick * 90, tick, tick * 3000 + (index * 37) % 999, tick * 20, 0.004 + (index % 50) / 1000, index % 4 ? 30 - (tick % 5) : null]])),
    channels: Object.fromEntries(channels.map(({ key }, index) => [key, [tick * 50, tick * 3, tick * 2000 + (index * 71 * tick) % 99999, tick * 12, index % 90 ? 0 : 3, 900, 4000, 7]])),
  });
  window.works = [];
  window.EventSource = class extends EventTarget {
    readyState = 1;
    #timer;

    constructor() {
      super();
      let tick = 0;
      setTimeout(() => this.#tell("snapshot", { machines, sessions, channels }));
      this.#timer = setInterval(() => this.#tell("figures", figures(++tick)), 1000);
    }

    #tell(name, data) {
      const text = JSON.stringify(data);
      const begun = performance.now();
      for (let i = 0; i < 10; i++) JSON.parse(text);
      const read = performance.now();
      this.dispatchEvent(Object.assign(new Event(name), { data: text }));
      window.works.push({ reading: (read - begun) / 10, milliseconds: performance.now() - read });
    }

    close() {
      clearInterval(this.#timer);
    }
  };
})();
