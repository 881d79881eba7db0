"""Which commands do Kubernetes manifests give to the containers that run this image?

A manifest names an image, not a Dockerfile. A container is taken for ours when its image is named like the repository,
or when all containers with a command use one and the same image.
"""

from collections.abc import Iterator

import yaml

from helix.image.entries import trees
from helix.image.entries.entry import Entry, from_argv
from helix.image.findings import Place
from helix.image.words import expand

KINDS = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"})


def find(text: str, file: str, repository: str) -> Iterator[Entry]:
    """Yield the commands of the containers that run this repository's image."""
    for document in trees.documents(text):
        if trees.plain(trees.child(document, "kind")) in KINDS:
            for container in _containers(document):
                if _is_ours(trees.plain(trees.child(container, "image")), repository):
                    yield from _entry(container, file)


def _containers(document: yaml.Node) -> Iterator[yaml.Node]:
    spec = trees.child(document, "spec")
    for path in (("jobTemplate", "spec", "template", "spec"), ("template", "spec"), ()):
        found = trees.child(spec, *path)
        for key in ("initContainers", "containers"):
            yield from trees.items(trees.child(found, key))


def _is_ours(image: str, repository: str) -> bool:
    name = image.rsplit("/", 1)[-1].split(":", maxsplit=1)[0].split("@", maxsplit=1)[0].lower()
    return bool(name) and name == repository.lower()


def _entry(container: yaml.Node, file: str) -> Iterator[Entry]:
    command, arguments = trees.child(container, "command"), trees.child(container, "args")
    words = [*trees.strings(command), *trees.strings(arguments)]
    if not words or command is None:
        return
    variables = {
        trees.plain(trees.child(item, "name")): trees.plain(trees.child(item, "value"))
        for item in trees.items(trees.child(container, "env"))
    }
    words = [_kubernetes_variables(word, variables) for word in words]
    label = f"{trees.plain(trees.child(container, 'name'))}: {' '.join(words)}"
    directory = trees.plain(trees.child(container, "workingDir")) or None
    mounts = tuple(
        trees.plain(trees.child(item, "mountPath")) for item in trees.items(trees.child(container, "volumeMounts"))
    )
    place = Place(file, trees.line(command))
    yield from_argv(label, place, words, directory=directory, environment=tuple(variables.items()), mounts=mounts)


def _kubernetes_variables(word: str, variables: dict[str, str]) -> str:
    """Replace `$(NAME)`; `$NAME` stays, because Kubernetes leaves it to a shell that may not be there."""
    for name, value in variables.items():
        word = word.replace(f"$({name})", expand(value, {}))
    return word
