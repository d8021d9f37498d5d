// In: a script and its input. Out: what the script answers, from a process of its own. The other side
// is `answerJob` (for work with an end) and `announce` (for servers that are stopped by the starter).

export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const running = new Set<Bun.Subprocess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const spawn = (
  script: string,
  input: unknown,
  take: (message: unknown) => void,
): Bun.Subprocess<"ignore", "inherit", "inherit"> => {
  const child = Bun.spawn([process.execPath, script, JSON.stringify(input)], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc: take,
  });
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return child;
};

/** Rejects when the script ends without an answer. */
export const runJob = async <Output>(script: string, input: unknown): Promise<Output> => {
  const { promise, resolve } = Promise.withResolvers<{ answer: Output }>();
  const child = spawn(script, input, (message) => resolve(message as { answer: Output }));
  const first = await Promise.race([promise, child.exited]);
  if (typeof first === "number") throw new Error(`${script} ended with ${first} and no answer`);
  await child.exited;
  return first.answer;
};

/** The script says by `announce` where it listens. */
export const startServer = async (script: string, input: unknown): Promise<ServerProcess> => {
  const { promise, resolve } = Promise.withResolvers<{ answer: number }>();
  const child = spawn(script, input, (message) => resolve(message as { answer: number }));
  const first = await Promise.race([promise, child.exited]);
  if (typeof first === "number") throw new Error(`${script} ended with ${first} before it listened`);
  return {
    port: first.answer,
    pid: child.pid,
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

export interface Appointment<Target, Output> {
  readonly port: number;
  /** Tells the script whom to talk to, and waits for its answer. */
  meet(target: Target): Promise<Output>;
}

/** For a script that first listens itself and then works (`announceAndAnswer`). */
export const startAppointment = async <Target, Output>(
  script: string,
  input: unknown,
): Promise<Appointment<Target, Output>> => {
  const answers: ((message: { answer: unknown }) => void)[] = [];
  const next = <T>(): Promise<{ answer: T }> =>
    new Promise((resolve) => answers.push((message) => resolve(message as { answer: T })));
  const first = next<number>();
  const child = spawn(script, input, (message) => answers.shift()?.(message as { answer: unknown }));
  const started = await Promise.race([first, child.exited]);
  if (typeof started === "number") throw new Error(`${script} ended with ${started} before it listened`);
  return {
    port: started.answer,
    meet: async (target) => {
      const second = next<Output>();
      child.send(target);
      const answered = await Promise.race([second, child.exited]);
      if (typeof answered === "number") throw new Error(`${script} ended with ${answered} and no answer`);
      child.kill();
      return answered.answer;
    },
  };
};

/** The input of a script started by `runJob` or `startServer`. */
export const jobInput = <Input>(): Input => JSON.parse(process.argv[2] ?? "null") as Input;

/** Sends the answer and ends the process. */
export const answerJob = async <Input, Output>(work: (input: Input) => Promise<Output>): Promise<void> => {
  const answer = await work(jobInput<Input>());
  process.send?.({ answer });
  process.disconnect?.();
  process.exit(0);
};

/** Says where the server listens; it ends with its starter. */
export const announce = (port: number): void => {
  process.on("disconnect", () => process.exit(0));
  process.send?.({ answer: port });
};

/** Says where it listens, waits to be told whom to talk to, works, and answers. */
export const announceAndAnswer = async <Input, Target, Output>(
  port: number,
  work: (input: Input, target: Target) => Promise<Output>,
): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<Target>();
  process.on("message", (message) => resolve(message as Target));
  announce(port);
  process.send?.({ answer: await work(jobInput<Input>(), await promise) });
};
