using k8s.Models;

namespace Tripod.Pods.Volumes;

/// <summary>Kinds of volume that are not served, by name, so that a pod that has one is told.</summary>
internal static class VolumeKinds
{
    public const string Served = "configMap, secret, downwardAPI, projected, emptyDir, hostPath, nfs, image, persistentVolumeClaim or ephemeral";

    public static string NameOf(V1Volume volume) => volume switch
    {
        { Csi: not null } => "csi",
        { Iscsi: not null } => "iscsi",
        { Fc: not null } => "fc",
        { GitRepo: not null } => "gitRepo",
        { FlexVolume: not null } => "flexVolume",
        { Cephfs: not null } => "cephfs",
        { Rbd: not null } => "rbd",
        { Glusterfs: not null } => "glusterfs",
        { AzureDisk: not null } => "azureDisk",
        { AzureFile: not null } => "azureFile",
        { AwsElasticBlockStore: not null } => "awsElasticBlockStore",
        { GcePersistentDisk: not null } => "gcePersistentDisk",
        { Cinder: not null } => "cinder",
        { VsphereVolume: not null } => "vsphereVolume",
        { Quobyte: not null } => "quobyte",
        { Flocker: not null } => "flocker",
        { PhotonPersistentDisk: not null } => "photonPersistentDisk",
        { PortworxVolume: not null } => "portworxVolume",
        { ScaleIO: not null } => "scaleIO",
        { Storageos: not null } => "storageos",
        _ => "that this version does not know",
    };
}
