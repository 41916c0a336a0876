"""How far a person's roles reach on a day, as plain facts."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reach:
    """Regions coordinated and tree paths directed or managed; a path reaches everything that starts with it."""

    administrator: bool = False
    region_ids: tuple[int, ...] = ()
    region_paths: list[str] = field(default_factory=list)
    director_paths: list[str] = field(default_factory=list)
    manager_paths: list[str] = field(default_factory=list)

    @property
    def all_paths(self) -> list[str]:
        """Everything that some role reaches."""
        return [*self.region_paths, *self.director_paths, *self.manager_paths]

    @property
    def staff_paths(self) -> list[str]:
        """What the person is manager or director of."""
        return [*self.director_paths, *self.manager_paths]

    @property
    def coordinator(self) -> bool:
        """Whether any region is coordinated."""
        return bool(self.region_ids)

    def over(self, path: str) -> bool:
        """Whether a manager's or director's role reaches the organisation with this path."""
        return any(path.startswith(own) for own in self.staff_paths)
