// A small web service: it greets, tells its version, and finishes what it began when it is told to stop.
import Fastify from "fastify";

const VERSION = "1";
const app = Fastify();

app.get("/health", async () => "ok");
for (const path of ["/hello-node", "/hello-node/*"]) {
  app.get(path, async (request) => ({ service: "hello-node", version: VERSION, path: request.url }));
}

await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 8080) });
console.log(`hello-node ${VERSION} is ready`);

process.on("SIGTERM", async () => {
  await app.close(); // answers what is under way, takes no new connection
  console.log("hello-node stops");
});
