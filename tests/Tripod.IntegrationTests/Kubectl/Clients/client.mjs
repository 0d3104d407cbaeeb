// What programs do with the official JavaScript client, by its own means. One line per step: "ok STEP" or "FAILED STEP: why".
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig, ns] = process.argv.slice(2);
const kc = new k8s.KubeConfig();
kc.loadFromFile(kubeconfig);
const core = kc.makeApiClient(k8s.CoreV1Api);

// The library itself leaves a stream without a listener when a log is no longer followed.
process.on('uncaughtException', failure => {
    if (failure.name !== 'AbortError') {
        console.log(`FAILED uncaught: ${failure.stack}`);
        process.exit(1);
    }
});

const step = async (name, does) => {
    try {
        await does();
        console.log(`ok ${name}`);
    } catch (failure) {
        console.log(`FAILED ${name}: ${failure.stack}`);
    }
};

const until = async (holds, what) => {
    for (const end = Date.now() + 10000; Date.now() < end; await new Promise(go => setTimeout(go, 50))) {
        if (await holds()) {
            return;
        }
    }
    throw new Error(`waited 10 s until ${what}`);
};

const sink = () => {
    const parts = [];
    const stream = new Writable({ write(part, _, done) { parts.push(part); done(); } });
    stream.text = () => Buffer.concat(parts).toString();
    return stream;
};

const fileIs = async (path, text) => {
    const out = sink();
    await new Promise(end => new k8s.Exec(kc).exec(ns, 'p', 'main', ['cat', path], out, sink(), null, false, end));
    return out.text() === text;
};

const as = type => k8s.setHeaderOptions('Content-Type', type);

await step('namespace', () => core.createNamespace({ body: { metadata: { name: ns } } }));

await step('patches', async () => {
    const name = 'c', namespace = ns;
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { a: '1' } } });
    await core.patchNamespacedConfigMap({ name, namespace, body: [{ op: 'add', path: '/data/b', value: '2' }] }, as(k8s.PatchStrategy.JsonPatch));
    await core.patchNamespacedConfigMap({ name, namespace, body: { data: { c: '3' } } }, as(k8s.PatchStrategy.MergePatch));
    await core.patchNamespacedConfigMap({ name, namespace, body: { data: { d: '4' } } }, as(k8s.PatchStrategy.StrategicMergePatch));
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { d: '5' } };
    await assert.rejects(core.patchNamespacedConfigMap({ name, namespace, fieldManager: 'js', body }, as(k8s.PatchStrategy.ServerSideApply)), failure => failure.code === 409);
    const applied = await core.patchNamespacedConfigMap({ name, namespace, fieldManager: 'js', force: true, body }, as(k8s.PatchStrategy.ServerSideApply));
    assert.deepEqual(applied.data, { a: '1', b: '2', c: '3', d: '5' });
});

await step('pod seen by an informer', async () => {
    const command = ['sh', '-c', 'mkdir -p /tmp/w; echo hello > /tmp/w/index.html; echo started; busybox httpd -f -p 8080 -h /tmp/w'];
    await core.createNamespacedPod({
        namespace: ns,
        body: { metadata: { name: 'p' }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'busybox', imagePullPolicy: 'IfNotPresent', command }] } },
    });
    const informer = k8s.makeInformer(kc, `/api/v1/namespaces/${ns}/pods`, () => core.listNamespacedPod({ namespace: ns }));
    let ready = false;
    const see = pod => { ready ||= !!pod.status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True'); };
    informer.on('add', see);
    informer.on('update', see);
    informer.start();
    await until(() => ready, 'the pod is ready');
    await informer.stop();
});

await step('log', async () => {
    const out = sink();
    const following = await new k8s.Log(kc).log(ns, 'p', 'main', out, { follow: true });
    await until(() => out.text() === 'started\n', 'the log is there');
    following.abort();
});

await step('exec', async () => {
    const [out, err] = [sink(), sink()];
    const status = await new Promise(end => new k8s.Exec(kc).exec(ns, 'p', 'main', ['sh', '-c', 'echo out; echo err >&2; exit 3'], out, err, null, false, end));
    assert.deepEqual([out.text(), err.text(), status.status, status.details.causes[0].message], ['out\n', 'err\n', 'Failure', '3']);
});

await step('exec with input', async () => {
    const [out, input] = [sink(), new PassThrough()];
    const ended = new Promise(end => new k8s.Exec(kc).exec(ns, 'p', 'main', ['cat'], out, null, input, false, end));
    input.end('typed\n');
    assert.equal((await ended).status, 'Success');
    assert.equal(out.text(), 'typed\n');
});

await step('port-forward', async () => {
    const forward = new k8s.PortForward(kc);
    const server = net.createServer(socket => forward.portForward(ns, 'p', [8080], socket, null, socket));
    await new Promise(go => server.listen(0, '127.0.0.1', go));
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { connection: 'close' } });
    assert.equal(await answer.text(), 'hello\n');
    server.close();
});

await step('copy', async () => {
    const [to, back] = [mkdtempSync(join(tmpdir(), 'tripod-js-')), mkdtempSync(join(tmpdir(), 'tripod-js-'))];
    // At the end of the program: the client extracts on after the text is there (the file's owner and times).
    process.on('exit', () => [to, back].forEach((folder) => rmSync(folder, { recursive: true, force: true })));
    writeFileSync(join(to, 'f.txt'), 'copied');
    const copy = new k8s.Cp(kc);
    await copy.cpToPod(ns, 'p', 'main', to, '/tmp/w');
    await until(() => fileIs('/tmp/w/f.txt', 'copied'), 'the file is in the pod');
    await copy.cpFromPod(ns, 'p', 'main', 'f.txt', back, '/tmp/w');
    await until(() => { try { return readFileSync(join(back, 'f.txt'), 'utf8') === 'copied'; } catch { return false; } }, 'the file is back');
});

await step('metrics', async () => {
    const metrics = new k8s.Metrics(kc);
    assert.equal((await metrics.getPodMetrics(ns)).items[0].containers[0].name, 'main');
    assert.equal((await k8s.topPods(core, metrics, ns)).length, 1);
});

await step('objects of any kind', async () => {
    const objects = k8s.KubernetesObjectApi.makeApiClient(kc);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: ns } };
    await objects.create({ ...secret, stringData: { a: 'b' } });
    assert.deepEqual((await objects.read(secret)).data, { a: 'Yg==' });
});

await step('health, version, access', async () => {
    const health = new k8s.Health(kc);
    assert.ok(await health.readyz({}) && await health.livez({}));
    assert.match((await kc.makeApiClient(k8s.VersionApi).getCode()).gitVersion, /^v1\./);
    assert.equal((await kc.makeApiClient(k8s.AuthenticationV1Api).createSelfSubjectReview({ body: {} })).status.userInfo.username, 'kubernetes-admin');
});

await step('lease', async () => {
    const body = { metadata: { name: 'l' }, spec: { holderIdentity: 'me', leaseDurationSeconds: 5, renewTime: new k8s.V1MicroTime() } };
    assert.equal((await kc.makeApiClient(k8s.CoordinationV1Api).createNamespacedLease({ namespace: ns, body })).spec.holderIdentity, 'me');
});

await step('end', () => core.deleteNamespace({ name: ns }));
process.exit(0);
