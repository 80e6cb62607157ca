import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createAdminApp } from '../../src/intake/admin.ts';
import { listen } from '../../src/intake/listener.ts';
import { openLog } from '../observe/open-log.ts';
import { configOf, listOf, ofImage, published, readYaml, secretFilesOf } from './files.ts';

const folder = 'deploy/kubernetes';
const labels = { 'app.kubernetes.io/name': 'kefu-bridge' };

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('admin') }) });
const matches = z.object({ matchLabels: z.record(z.string(), z.string()) });
const deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ rollingUpdate: z.record(z.string(), z.number()) }),
    selector: matches,
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        automountServiceAccountToken: z.literal(false),
        securityContext: z.record(z.string(), z.unknown()),
        topologySpreadConstraints: z.array(z.object({ labelSelector: matches })),
        containers: z.tuple([
          z.object({
            image: z.string(),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            securityContext: z.record(z.string(), z.unknown()),
            resources: z.record(z.string(), z.record(z.string(), z.string())),
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
            lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }),
            volumeMounts: z.array(
              z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }),
            ),
          }),
        ]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});
const { spec } = deployment.parse(readYaml(`${folder}/deployment.yaml`));
const pod = spec.template.spec;
const [bridge] = pod.containers;

describe('the kustomization', () => {
  const { resources, images, configMapGenerator } = z
    .object({
      resources: z.array(z.string()),
      images: z.tuple([z.object({ name: z.string(), newTag: z.string() })]),
      configMapGenerator: z.tuple([z.object({ name: z.string(), files: z.array(z.string()) })]),
    })
    .parse(readYaml(`${folder}/kustomization.yaml`));

  test('has every manifest that lies beside it, but the Secret, which would overwrite the real one', () => {
    const own = ['kustomization.yaml', 'secret.example.yaml', ...(configMapGenerator[0].files ?? [])];
    expect([...resources, ...own].toSorted()).toEqual(readdirSync(folder).toSorted());
  });

  test('names the image of this version', () => {
    expect(images[0]).toMatchObject({ name: bridge.image, newTag: published.version });
  });

  test('makes the configuration that the pods mount where the image looks for it', () => {
    const mounted = bridge.volumeMounts.find(({ name }) => name === 'config');
    expect(`${mounted?.mountPath}/${configMapGenerator[0].files[0]}`).toBe(listOf(ofImage('CMD')).at(-1));
    expect(pod.volumes).toContainEqual({ name: 'config', configMap: { name: configMapGenerator[0].name } });
  });
});

describe('the pods', () => {
  test('run as the user of the image, without rights, on a root that cannot be written', () => {
    const [uid, gid] = ofImage('USER').args.split(':').map(Number);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: gid,
      fsGroup: gid,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(bridge.securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('can write where the program does, and find what the configuration names', async () => {
    const written = bridge.volumeMounts.filter(({ readOnly }) => !readOnly);
    expect(written.map(({ mountPath }) => mountPath)).toEqual(['/tmp']);
    const { mountPath } = bridge.volumeMounts.find(({ name }) => name === 'secrets') ?? {};
    const named = secretFilesOf(`${folder}/config.yaml`);
    expect(new Set(named.map((path) => path.slice(0, path.lastIndexOf('/'))))).toEqual(new Set([mountPath]));
    const mounted = bridge.volumeMounts.map(({ name }) => name).toSorted();
    expect(mounted).toEqual(pod.volumes.map(({ name }) => name).toSorted());
  });

  test('listen where the configuration says', async () => {
    const { listen: own, admin } = await configOf(`${folder}/config.yaml`);
    expect(bridge.ports).toEqual([
      { name: 'public', containerPort: own.port },
      { name: 'admin', containerPort: admin.port },
    ]);
  });

  test('are given the time that a stop takes, after the time in which nobody leads there any more', () => {
    const [command, seconds] = bridge.lifecycle.preStop.exec.command;
    expect(command).toBe('sleep');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(seconds) + 10);
  });

  test('are replaced one by one, each after a new one takes work', () => {
    expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(spec.replicas).toBeGreaterThan(2);
  });
});

describe('the probes', () => {
  /** What the admin listener answers to each of them. */
  async function probeAll(ready: boolean) {
    const app = createAdminApp(async () => ({ ready, store: ready ? 'ok' : 'unavailable' }), {
      log: openLog().log,
    });
    const listener = await listen(app, { host: '127.0.0.1', port: 0 });
    const { startupProbe, livenessProbe, readinessProbe } = bridge;
    const answers = [startupProbe, livenessProbe, readinessProbe].map(
      async ({ httpGet }) => (await fetch(`${listener.url}${httpGet.path}`)).status,
    );
    const [started, lives, takes] = await Promise.all(answers);
    await listener.close(100);
    return { started, lives, takes };
  }

  test('pass where the bridge takes work', async () => {
    expect(await probeAll(true)).toEqual({ started: 200, lives: 200, takes: 200 });
  });

  test('take a pod without its database out of the Service, and do not end it', async () => {
    expect(await probeAll(false)).toEqual({ started: 200, lives: 200, takes: 503 });
  });
});

describe('what stands around the pods', () => {
  const service = z.object({
    spec: z.object({
      selector: z.record(z.string(), z.string()),
      ports: z.array(z.object({ name: z.string(), targetPort: z.string() })),
    }),
  });
  const policy = z.object({
    spec: z.object({
      podSelector: matches,
      policyTypes: z.array(z.string()),
      ingress: z.array(z.object({ ports: z.array(z.object({ port: z.string() })) })),
    }),
  });

  test('is about the same pods', () => {
    const budget = z.object({ spec: z.object({ selector: matches }) });
    const selected = [
      spec.selector.matchLabels,
      spec.template.metadata.labels,
      ...pod.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
      service.parse(readYaml(`${folder}/service.yaml`)).spec.selector,
      budget.parse(readYaml(`${folder}/disruption-budget.yaml`)).spec.selector.matchLabels,
      policy.parse(readYaml(`${folder}/network-policy.yaml`)).spec.podSelector.matchLabels,
    ];
    for (const each of selected) expect(each).toEqual(labels);
  });

  test('leads to the public listener, and nobody to the other', () => {
    const { ports } = service.parse(readYaml(`${folder}/service.yaml`)).spec;
    expect(ports.map(({ targetPort }) => targetPort)).toEqual(['public']);
    const { policyTypes, ingress } = policy.parse(readYaml(`${folder}/network-policy.yaml`)).spec;
    expect(policyTypes).toEqual(['Ingress']);
    expect(ingress.flatMap((rule) => rule.ports.map(({ port }) => port))).toEqual(['public']);
  });

  test('leads from the outside to a port that the Service has', () => {
    const backend = z.object({
      service: z.object({ name: z.literal('kefu-bridge'), port: z.object({ name: z.literal('public') }) }),
    });
    const ingress = z.object({
      spec: z.object({
        rules: z.tuple([
          z.object({ host: z.string(), http: z.object({ paths: z.tuple([z.object({ backend })]) }) }),
        ]),
      }),
    });
    const { rules } = ingress.parse(readYaml(`${folder}/ingress.yaml`)).spec;
    expect(rules[0].host).toBe('bridge.example.com');
  });
});
