from .bordering import Border as Border
from .bordering import borders as borders
from .flows import clustergram as clustergram
from .typical import borderline as borderline
from .typical import cohesion as cohesion
from .typical import nearest_and_farthest as nearest_and_farthest
from .typical import worth_looking_at as worth_looking_at
