{{/* What all names begin with. Nothing is cut off, so that no two releases share one. */}}
{{- define "pairstream.name" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$" .Release.Name) -}}
{{- fail (printf "release %s: Services and pods are named after it, so it begins with a letter, goes on with letters, digits and hyphens, ends with no hyphen, and has 40 characters at most" .Release.Name) -}}
{{- end -}}
{{ .Release.Name }}
{{- end }}

{{/* The data set, where resources or labels of Kubernetes are named after it: (dict "root" $ "for" "strimzi.topics" "most" 200). */}}
{{- define "pairstream.namingDataset" -}}
{{- $dataset := .root.Values.dataset | default "pairs" -}}
{{- if or (gt (len $dataset) (int .most)) (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" $dataset)) -}}
{{- fail (printf "%s: Kubernetes takes no name that begins with dataset %s; right are letters, digits, hyphens and points, a letter or digit beside each point and at both ends, and %d characters at most" .for $dataset (int .most)) -}}
{{- end -}}
{{ $dataset }}
{{- end }}

{{- define "pairstream.labels" -}}
app.kubernetes.io/name: pairstream
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Labels of one service's pods: (dict "root" $ "service" "ingest"). */}}
{{- define "pairstream.selector" -}}
app.kubernetes.io/name: pairstream
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{- define "pairstream.registryUrl" -}}
{{- if .Values.registry.enabled -}}
{{ empty .Values.registry.tlsSecret | ternary "http" "https" }}://{{ include "pairstream.name" . }}-registry:8080
{{- else -}}
{{ required "registry.url: name your schema registry, or set registry.enabled" .Values.registry.url }}
{{- end }}
{{- end }}

{{- define "pairstream.credentialSecret" -}}
{{ required "registry.credentialSecret: a Secret whose key registry.credential holds USER:PASSWORD" .Values.registry.credentialSecret }}
{{- end }}

{{- define "pairstream.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "pairstream.name" .) }}
{{- end }}

{{/* The Secret with a service's client settings, its own or that of all; empty where there is none: (dict "root" $ "service" "ingest"). */}}
{{- define "pairstream.clientSecret" -}}
{{ get .root.Values.kafka.clientSecrets .service | default .root.Values.kafka.clientSecret }}
{{- end }}

{{/* The Secret with a service's certificate for https; empty where it has none: (dict "root" $ "service" "ingest"). */}}
{{- define "pairstream.tlsSecret" -}}
{{ dig .service "tlsSecret" "" .root.Values.AsMap }}
{{- end }}

{{/* Arguments with which a service speaks https: the files are read again when Kubernetes renews them. */}}
{{- define "pairstream.tls" -}}
{{- if include "pairstream.tlsSecret" . }}
- --tls-certificate
- /run/tls/tls.crt
- --tls-key
- /run/tls/tls.key
{{- end }}
{{- end }}

{{/* The Secret with a service's secret at the login provider; empty where it has none: (dict "root" $ "service" "operate"). */}}
{{- define "pairstream.oidcSecret" -}}
{{- if and (eq .service "operate") .root.Values.operate.oidc.issuer -}}
{{ required "operate.oidc.secret: a Secret whose key secret holds the client's" .root.Values.operate.oidc.secret }}
{{- end }}
{{- end }}

{{/* The ConfigMap with the authorities of the login provider; empty where Java trusts it: (dict "root" $ "service" "operate"). */}}
{{- define "pairstream.oidcAuthorities" -}}
{{- if include "pairstream.oidcSecret" . -}}
{{ .root.Values.operate.oidc.authorities }}
{{- end }}
{{- end }}

{{/* Arguments with which people log in at a provider. */}}
{{- define "pairstream.oidc" -}}
{{- with .root.Values.operate.oidc }}
{{- if .issuer }}
- --oidc-issuer
- {{ .issuer | quote }}
- --oidc-client
- {{ required "operate.oidc.client: the client id at the login provider" .client | quote }}
- --oidc-secret-file
- /run/oidc/secret
{{- range $role, $scope := required "operate.oidc.roles: what each role may do, {ROLE: view}" .roles }}
- --oidc-role
- {{ printf "%s=%s" $role $scope | quote }}
{{- end }}
{{- with .rolesClaim }}
- --oidc-roles-claim
- {{ . | quote }}
{{- end }}
{{- if .authorities }}
- --oidc-authorities
- /run/oidc-authorities/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Arguments with which a command finds Kafka, the registry and the data set. */}}
{{- define "pairstream.cluster" -}}
- --bootstrap-servers
- {{ required "kafka.bootstrapServers: name your brokers, HOST:PORT,…" .root.Values.kafka.bootstrapServers | quote }}
{{- if include "pairstream.clientSecret" . }}
- --config
- /etc/pairstream/client.properties
{{- end }}
{{- end }}

{{- define "pairstream.dataset" -}}
- --schema-registry
- {{ include "pairstream.registryUrl" . | quote }}
{{- with .Values.dataset }}
- --dataset
- {{ . | quote }}
{{- end }}
{{- end }}

{{- define "pairstream.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "pairstream.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* What all pods have: (dict "root" $ "service" "ingest"). */}}
{{- define "pairstream.pod" -}}
serviceAccountName: {{ include "pairstream.serviceAccount" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  {{- include "pairstream.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if has .service (list "preprocess" "ingest") }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "pairstream.selector" . | nindent 8 }}
{{- end }}
{{- end }}

{{/* Bash that waits for our registry, which listens once brokers answer. */}}
{{- define "pairstream.awaitRegistry" -}}
- name: registry-listens
  image: {{ printf "%spairstream:%s" .Values.image.prefix (.Values.image.tag | default .Chart.AppVersion) | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  securityContext:
    {{- include "pairstream.containerSecurity" . | nindent 4 }}
  command: [bash, -c]
  args:
    - |
      echo "waiting until {{ include "pairstream.registryUrl" . }} listens"
      until (exec 3<> /dev/tcp/{{ include "pairstream.name" . }}-registry/8080) 2> /dev/null; do sleep 1; done
  resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
{{- end }}

{{- define "pairstream.metadata" -}}
labels:
  {{- include "pairstream.selector" . | nindent 2 }}
  {{- with .root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The head of a container: (dict "root" $ "service" "ingest" "image" "ingest"). */}}
{{- define "pairstream.container" -}}
name: {{ .service }}
image: {{ (index .root.Values .service | default dict).image | default (printf "%s%s:%s" .root.Values.image.prefix .image (.root.Values.image.tag | default .root.Chart.AppVersion)) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "pairstream.containerSecurity" .root | nindent 2 }}
{{- end }}

{{/* Kubernetes asks as Docker's health check does. Not ready is no reason to start anew: a service waits for a broker by itself, and operate shows what it knew meanwhile, so it stays in its Service. (dict "root" $ "service" "ingest" "port" 8080) */}}
{{- define "pairstream.probes" -}}
{{- $scheme := include "pairstream.tlsSecret" . | empty | ternary "" ", scheme: HTTPS" -}}
ports:
  - {name: http, containerPort: {{ .port }}}
startupProbe:
  tcpSocket: {port: http}
  periodSeconds: 1
  failureThreshold: 300
readinessProbe:
  httpGet: {path: /health/{{ eq .service "operate" | ternary "live" "ready" }}, port: http{{ $scheme }}}
  periodSeconds: 2
  failureThreshold: 8
  timeoutSeconds: 10
livenessProbe:
  httpGet: {path: /health/live, port: http{{ $scheme }}}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
{{- end }}

{{- define "pairstream.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: state, mountPath: /var/lib/pairstream}
{{- if include "pairstream.clientSecret" . }}
- {name: client, mountPath: /etc/pairstream, readOnly: true}
{{- end }}
{{- if include "pairstream.tlsSecret" . }}
- {name: tls, mountPath: /run/tls, readOnly: true}
{{- end }}
{{- if include "pairstream.oidcSecret" . }}
- {name: oidc, mountPath: /run/oidc, readOnly: true}
{{- end }}
{{- if include "pairstream.oidcAuthorities" . }}
- {name: oidc-authorities, mountPath: /run/oidc-authorities, readOnly: true}
{{- end }}
{{- end }}

{{/* Java unpacks libraries in /tmp and runs them. */}}
{{- define "pairstream.volumes" -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 512Mi}
{{- if include "pairstream.clientSecret" . }}
- name: client
  secret: {secretName: {{ include "pairstream.clientSecret" . }}}
{{- end }}
{{- with include "pairstream.tlsSecret" . }}
- name: tls
  secret: {secretName: {{ . }}}
{{- end }}
{{- with include "pairstream.oidcSecret" . }}
- name: oidc
  secret: {secretName: {{ . }}}
{{- end }}
{{- with include "pairstream.oidcAuthorities" . }}
- name: oidc-authorities
  configMap: {name: {{ . }}}
{{- end }}
{{- end }}

{{- define "pairstream.claim" -}}
- metadata: {name: state}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .class }}
    storageClassName: {{ . }}
    {{- end }}
    resources: {requests: {storage: {{ .size }}}}
{{- end }}
