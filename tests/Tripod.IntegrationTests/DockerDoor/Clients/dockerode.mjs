// A program as a user of dockerode writes it. Arguments: the socket, a host port, a name. Each step says "ok NAME".
import http from 'node:http';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';

const [socketPath, hostPort, name] = process.argv.slice(2);
const docker = new Docker({ socketPath });

function step(what, holds) {
  console.log(`${holds ? 'ok' : 'FAILED'} ${what}`);
  if (!holds) process.exit(1);
}

async function text(stream) {
  let all = '';
  for await (const part of stream) all += part;
  return all;
}

const get = url => new Promise((done, failed) => http.get(url, answer => text(answer).then(done, failed)).on('error', failed));

step('ping', (await docker.ping()).toString() === 'OK' && (await docker.version()).ApiVersion === '1.51');

// run: create, attach, start and wait in one, the way most programs use it.
const out = new PassThrough(), err = new PassThrough();
const said = Promise.all([text(out), text(err)]);
const [result, ran] = await docker.run('busybox', ['sh', '-c', 'echo out; echo err >&2; exit 3'], [out, err], { Tty: false, name: `${name}-run` });
out.end();
err.end();
const [stdout, stderr] = await said;
step('run', result.StatusCode === 3 && stdout === 'out\n' && stderr === 'err\n');
await ran.remove();

const events = await docker.getEvents({ filters: { type: ['container'], event: ['start'] } });
const started = new Promise(done => events.once('data', data => done(JSON.parse(data))));
const container = await docker.createContainer({
  name,
  Image: 'busybox',
  Cmd: ['sh', '-c', 'echo served > /index.html; exec httpd -f -p 80 -h /'],
  ExposedPorts: { '80/tcp': {} },
  Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9 },
  HostConfig: { PortBindings: { '80/tcp': [{ HostPort: hostPort }] }, Tmpfs: { '/scratch': 'size=1m' } },
});
await container.start();
step('event', (await started).Actor.Attributes.name === name);
events.destroy();

const inspected = await container.inspect();
step('inspect', inspected.State.Running && inspected.Name === `/${name}` && inspected.NetworkSettings.Ports['80/tcp'][0].HostPort === hostPort);
step('list', (await docker.listContainers({ filters: { name: [name] } })).length === 1);

let page = '';
for (let tries = 0; page === '' && tries < 100; tries++) {
  page = await get(`http://127.0.0.1:${hostPort}/index.html`).catch(() => new Promise(done => setTimeout(() => done(''), 50)));
}
step('port', page === 'served\n');

const exec = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true, AttachStderr: true });
const stream = await exec.start({ hijack: true, stdin: true });
const echoed = new PassThrough();
container.modem.demuxStream(stream, echoed, echoed);
stream.on('end', () => echoed.end());
stream.write('typed\n');
stream.end();
step('exec', await text(echoed) === 'typed\n' && (await exec.inspect()).ExitCode === 0);

step('stats', (await container.stats({ stream: false })).memory_stats.usage > 0);
step('archive', (await text(await container.getArchive({ path: '/index.html' }))).includes('served'));

const network = await docker.createNetwork({ Name: name });
await network.connect({ Container: container.id, EndpointConfig: { Aliases: ['web'] } });
step('network', container.id in (await network.inspect()).Containers);
await network.disconnect({ Container: container.id });
await network.remove();

const volume = await docker.createVolume({ Name: name });
step('volume', volume.name === name || volume.Name === name);
await docker.getVolume(name).remove();

const image = docker.getImage('busybox');
await image.tag({ repo: `${name}-image`, tag: 'v1' });
step('image', (await docker.listImages({ filters: { reference: [`${name}-image:v1`] } })).length === 1);
await docker.getImage(`${name}-image:v1`).remove();

const missing = await docker.getContainer('nobody').inspect().catch(failure => failure);
step('error', missing.statusCode === 404 && missing.json.message === 'No such container: nobody');

await container.stop({ t: 0 });
await container.remove({ v: true });
step('end', true);
